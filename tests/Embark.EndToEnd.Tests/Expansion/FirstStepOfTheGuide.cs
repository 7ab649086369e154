using System.Diagnostics;

namespace Embark.EndToEnd.Tests.Expansion;

/// <summary>The guide's first step on a whole sandbox with the real controller: the gateway really appears, VMs join through it, and it really goes.</summary>
[Collection(typeof(WithController))]
public sealed class FirstStepOfTheGuide(ControllerWorld world)
{
    private const string Ready = "jsonpath={.status.conditions[?(@.type==\"Ready\")].reason}";

    [Fact(Timeout = 420_000)]
    public async Task A_patched_ControlPlane_has_a_gateway_that_a_VM_joins_through_and_patched_back_it_has_none()
    {
        world.Need();
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")))) Assert.Skip("needs kubectl");
        // The sandbox has applied mesh expansion itself.
        await Wait.UntilAsync("the status says so", async () => await world.KubectlAsync("get", "controlplane", "controlplane", "-n", "istio-system", "-o", Ready) == "Ready");

        await world.KubectlAsync("patch", "controlplane", "controlplane", "-n", "istio-system", "--type", "merge", "-p", """{"spec":{"meshExpansion":null}}""");
        await Wait.UntilAsync("the gateway is gone", async () => await world.KubectlAsync("get", "service,deployment,pod,endpointslice", "-n", "istio-system", "-l", "app=vmgateway", "-o", "name") == "");
        await Wait.UntilAsync("the status says so", async () => await world.KubectlAsync("get", "controlplane", "controlplane", "-n", "istio-system", "-o", Ready) == "NotAsked");
        var refused = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--dry-run");
        refused.ShouldEndWith(5);
        Assert.Contains("gateway", refused.Error, StringComparison.OrdinalIgnoreCase);

        var patched = Stopwatch.GetTimestamp();
        await world.KubectlAsync("patch", "controlplane", "controlplane", "-n", "istio-system", "--type", "merge", "-p", """{"spec":{"meshExpansion":{}}}""");
        await Wait.UntilAsync("the Service has its ports and an address", async () =>
            await world.KubectlAsync("get", "service", "vmgateway", "-n", "istio-system", "--ignore-not-found", "-o", "jsonpath={.spec.ports[*].port} {.status.loadBalancer.ingress[0].ip}") == "15443 15012 9411 11800 10.4.100.1");
        var addressed = Stopwatch.GetElapsedTime(patched);
        await Wait.UntilAsync("VMs can join", async () => await world.KubectlAsync("get", "controlplane", "controlplane", "-n", "istio-system", "-o", Ready) == "Ready");
        var ready = Stopwatch.GetElapsedTime(patched);
        TestContext.Current.SendDiagnosticMessage($"address after {addressed.TotalSeconds:0.0} s, ready after {ready.TotalSeconds:0.0} s (limit of the specification: 3 s)");

        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--from", world.RatingsOverMesh)).ShouldEndWith(0);
    }
}
