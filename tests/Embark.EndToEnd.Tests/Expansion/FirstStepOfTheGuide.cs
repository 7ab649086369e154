using System.Diagnostics;
using Embark.Sandbox;
using Embark.Sandbox.Up;
using Embark.Sandbox.Vm;

namespace Embark.EndToEnd.Tests.Expansion;

/// <summary>The guide's first step on a whole sandbox with the real controller: the gateway really appears, VMs join through it, and it really goes.</summary>
public sealed class FirstStepOfTheGuide
{
    private const string Ready = "jsonpath={.status.conditions[?(@.type==\"Ready\")].reason}";

    [Fact(Timeout = 420_000)]
    public async Task A_patched_ControlPlane_has_a_gateway_that_a_VM_joins_through_and_patched_back_it_has_none()
    {
        if (!File.Exists("/usr/sbin/sshd")) Assert.Skip("needs sshd");
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")))) Assert.Skip("needs kubectl");
        var home = Directory.CreateTempSubdirectory("embark-guide-").FullName;
        try
        {
            await using var sandbox = await UpAsync(home);
            // The sandbox has applied mesh expansion itself.
            await Wait.UntilAsync("the status says so", async () => await KubectlAsync("get", "controlplane", "controlplane", "-n", "istio-system", "-o", Ready) == "Ready");

            await KubectlAsync("patch", "controlplane", "controlplane", "-n", "istio-system", "--type", "merge", "-p", """{"spec":{"meshExpansion":null}}""");
            await Wait.UntilAsync("the gateway is gone", async () => await KubectlAsync("get", "service,deployment,pod,endpointslice", "-n", "istio-system", "-l", "app=vmgateway", "-o", "name") == "");
            await Wait.UntilAsync("the status says so", async () => await KubectlAsync("get", "controlplane", "controlplane", "-n", "istio-system", "-o", Ready) == "NotAsked");
            var refused = await EmbarkAsync("join", "ratings-vm.bookinfo", "--dry-run");
            refused.ShouldEndWith(5);
            Assert.Contains("gateway", refused.Error, StringComparison.OrdinalIgnoreCase);

            var patched = Stopwatch.GetTimestamp();
            await KubectlAsync("patch", "controlplane", "controlplane", "-n", "istio-system", "--type", "merge", "-p", """{"spec":{"meshExpansion":{}}}""");
            await Wait.UntilAsync("the Service has its ports and an address", async () =>
                await KubectlAsync("get", "service", "vmgateway", "-n", "istio-system", "--ignore-not-found", "-o", "jsonpath={.spec.ports[*].port} {.status.loadBalancer.ingress[0].ip}") == "15443 15012 9411 11800 10.4.100.1");
            var addressed = Stopwatch.GetElapsedTime(patched);
            await Wait.UntilAsync("VMs can join", async () => await KubectlAsync("get", "controlplane", "controlplane", "-n", "istio-system", "-o", Ready) == "Ready");
            var ready = Stopwatch.GetElapsedTime(patched);
            TestContext.Current.SendDiagnosticMessage($"address after {addressed.TotalSeconds:0.0} s, ready after {ready.TotalSeconds:0.0} s (limit of the specification: 3 s)");

            (await EmbarkAsync("join", "ratings-vm.bookinfo", "--from", new Uri(sandbox.ProductPage!, "/api/v1/products/0/ratings").ToString())).ShouldEndWith(0);

            async Task<string> KubectlAsync(params string[] words)
            {
                var start = new ProcessStartInfo("kubectl", words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["KUBECONFIG"] = sandbox.KubeconfigFile } };
                using var process = Process.Start(start)!;
                process.StandardInput.Close();
                var run = await EmbarkProgram.FinishAsync(process);
                run.ShouldEndWith(0);
                return run.Output.Trim();
            }

            Task<Run> EmbarkAsync(params string[] words) => EmbarkProgram.RunAsync(new Dictionary<string, string?>
            {
                ["KUBECONFIG"] = sandbox.KubeconfigFile, ["EMBARK_SSH_CONFIG"] = sandbox.SshConfig, ["HOME"] = home, ["XDG_STATE_HOME"] = Path.Combine(home, "state"),
            }, words);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<SandboxUp> UpAsync(string home)
    {
        try
        {
            return await SandboxUp.StartAsync(new SandboxOptions
            {
                Directory = Path.Combine(home, "sandbox"),
                RequireHosts = true,
                Vm = new VmOptions { Docker = VmDocker.StandIn },
                Controller = Path.Combine(AppContext.BaseDirectory, "embark-controller"),
            }, TestContext.Current.CancellationToken);
        }
        catch (SandboxException failure) when (failure.HostsOnly)
        {
            Assert.Skip($"needs namespaces: {failure.Message}");
            throw;
        }
    }
}
