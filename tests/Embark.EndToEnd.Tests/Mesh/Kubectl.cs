using System.Diagnostics;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>Unmodified kubectl works against the sandbox's API.</summary>
public sealed class Kubectl(World world) : IClassFixture<World>
{
    private const string Objects = """
        apiVersion: networking.istio.io/v1beta1
        kind: WorkloadEntry
        metadata:
          name: other-vm
          namespace: bookinfo
          annotations: {sidecar-bootstrap.istio.io/ssh-user: istio-proxy}
        spec:
          address: 10.128.0.3
          labels: {class: vm, app: ratings, version: v3}
          serviceAccount: bookinfo-ratings
          network: vm-us-central1-a
        ---
        apiVersion: networking.istio.io/v1beta1
        kind: Sidecar
        metadata: {name: other-no-iptables, namespace: bookinfo}
        spec:
          egress: [{bind: 127.0.0.2, hosts: ["./*"]}]
          ingress: [{defaultEndpoint: "127.0.0.1:9080", port: {name: http, number: 9080, protocol: HTTP}}]
          workloadSelector: {labels: {app: ratings, class: vm}}
        """;

    [Theory(Timeout = 180_000)]
    [InlineData("get workloadentries,sidecars,services -n bookinfo", "ratings-vm")]
    [InlineData("apply -f -", "workloadentry.networking.istio.io/other-vm")]
    [InlineData("patch ControlPlane controlplane -n istio-system --patch {\"spec\":{\"meshExpansion\":{}}} --type merge", "controlplane")]
    [InlineData("create token bookinfo-ratings -n bookinfo --audience istio-ca", "ey")]
    [InlineData("auth can-i create serviceaccounts/token -n bookinfo", "yes")]
    [InlineData("get workloadentries -n bookinfo -w --request-timeout=2s", "ratings-vm")]
    public async Task Does_what_the_guide_needs(string command, string shown)
    {
        world.Need();
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")))) Assert.Skip("needs kubectl");
        var start = new ProcessStartInfo("kubectl", command.Split(' ')) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in world.Operator) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(Objects);
        process.StandardInput.Close();
        var run = await EmbarkProgram.FinishAsync(process);

        if (!command.Contains("-w", StringComparison.Ordinal)) run.ShouldEndWith(0);
        Assert.Contains(shown, run.Output, StringComparison.Ordinal);
    }
}
