using System.Net;
using System.Text.Json.Nodes;
using Embark.Sandbox.Proxy.Admin;
using Microsoft.AspNetCore.Http;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>Block J of the fault matrix, what comes from outside of the proxy: packet filters, strangers on ports, an application or a control plane that is gone.</summary>
public sealed class Disturbed(MeshWorld world) : IClassFixture<MeshWorld>
{
    [Fact(Timeout = 300_000)]
    public async Task J134_Dropped_packets_to_istiod_are_seen_from_the_VM()
    {
        world.NeedRoot();
        await FilterAsync("drop");
        try
        {
            await world.StartChangedAsync("");
            await IsNamedAsync("blocked");
        }
        finally
        {
            await UnfilterAsync();
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task J94_Control_plane_lost_while_it_is_watched()
    {
        world.NeedRoot();
        await world.StartChangedAsync("");
        await world.JoinedAsync();
        var watch = world.EmbarkAsync("verify", "ratings-vm.bookinfo", "--watch", "100s", "-o", "json");
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        await FilterAsync("reject with tcp reset");
        try
        {
            await world.RootAsync("ss -K dst 10.4.100.1 dport = 15012 >/dev/null 2>&1 || true");
            var verify = await watch;
            verify.ShouldEndWith(11);
            var proof = JsonNode.Parse(verify.Output)!["items"]![0]!["proof"]!;
            Assert.Contains((string?)proof["cause"]?["name"], new[] { "istiod-refused", "istiod-lost", "no-route" });
            // The proxy itself says that all is well.
            Assert.Equal("200", (await world.RootAsync("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:15021/healthz/ready")).Trim());
        }
        finally
        {
            await UnfilterAsync();
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task J95_Application_that_does_not_answer_its_probe()
    {
        world.NeedRoot();
        await world.StartChangedAsync("");
        await world.JoinedAsync();
        await world.Sandbox.Vm!.Ratings!.StopAsync(TimeSpan.FromSeconds(5));
        try
        {
            await Wait.UntilAsync("the entry is unhealthy", () => Task.FromResult(world.Healthy == "False"));
            var verify = await IsNamedAsync("application-unhealthy");
            Assert.Contains("unhealthy", verify.Output, StringComparison.Ordinal);
        }
        finally
        {
            await world.Sandbox.Vm!.StartRatingsAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task J124_Stranger_on_15021_is_not_taken_for_the_proxy()
    {
        world.NeedRoot();
        await world.RootAsync("docker rm -f istio-proxy >/dev/null 2>&1 || true");
        await using var stranger = await ListenAsync("0.0.0.0:15021");
        await world.StartChangedAsync("");
        var verify = await IsNamedAsync("port-taken");
        Assert.Contains("15021", verify.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 300_000)]
    public async Task J122_Second_proxy_on_the_same_agent_ports_is_told_from_a_broken_one()
    {
        world.NeedRoot();
        await world.RootAsync("docker rm -f istio-proxy >/dev/null 2>&1 || true");
        await using var first = await ListenAsync("0.0.0.0:15020");
        await world.StartChangedAsync("");
        await IsNamedAsync("another-proxy");
    }

    [Fact(Timeout = 300_000)]
    public async Task J125_Draining_proxy_is_not_ready_and_still_serves()
    {
        world.NeedRoot();
        await world.StartChangedAsync("sed -i 's/^PROXY_CONFIG={/&\"terminationDrainDuration\":\"90s\",/' sidecar.env");
        await world.JoinedAsync();
        await world.RootAsync("docker kill --signal TERM istio-proxy");
        await Wait.UntilAsync("15021 says 503", async () => await world.RootAsync("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:15021/healthz/ready || true") == "503");
        Assert.Equal(200, await world.RatingsAsync());
        var verify = await IsNamedAsync("stopping");
        Assert.Contains("draining", verify.Output, StringComparison.Ordinal);
        await world.RootAsync("docker rm -f istio-proxy");
    }

    [Fact(Timeout = 300_000)]
    public async Task J133_Other_process_on_the_port_of_the_Sidecar()
    {
        world.NeedRoot();
        await world.RootAsync("docker rm -f istio-proxy >/dev/null 2>&1 || true");
        await using var other = await ListenAsync("10.128.0.2:9080");
        await world.StartChangedAsync("");
        await IsNamedAsync("application-port-taken");
    }

    [Fact(Timeout = 300_000)]
    public async Task J135_Address_that_the_mesh_does_not_reach()
    {
        world.NeedRoot();
        await world.StartChangedAsync("");
        await world.JoinedAsync();
        world.Annotate("sidecar-bootstrap.istio.io/ssh-host", "10.128.0.2");
        world.Edit("workloadentries", "ratings-vm", entry => entry["spec"]!["address"] = "10.128.0.77");
        try
        {
            var verify = await VerifyAsync();
            verify.ShouldEndWith(11);
            var checks = JsonNode.Parse(verify.Output)!["items"]![0]!["proof"]!["checks"]!.AsArray().ToDictionary(c => (string)c!["title"]!, c => (string?)c!["result"]);
            Assert.Equal(("ok", "failed"), (checks["VM to mesh"], checks["mesh to VM"]));
        }
        finally
        {
            world.Annotate("sidecar-bootstrap.istio.io/ssh-host", null);
            world.Edit("workloadentries", "ratings-vm", entry => entry["spec"]!["address"] = "10.128.0.2");
        }
    }

    private async Task<Run> IsNamedAsync(string cause)
    {
        var verify = await VerifyAsync();
        verify.ShouldEndWith(11);
        var named = JsonNode.Parse(verify.Output)!["items"]![0]!["proof"]!["cause"];
        Assert.True(cause == (string?)named?["name"], $"named {named?.ToJsonString() ?? "nothing"}\n{verify.All}");
        return verify;
    }

    private Task<Run> VerifyAsync() => world.EmbarkAsync("verify", "ratings-vm.bookinfo", "--from", world.RatingsOverMesh, "-o", "json");

    private async Task FilterAsync(string verdict)
    {
        if (!File.Exists("/usr/sbin/nft")) Assert.Skip("needs nft");
        await world.RootAsync($"nft add table ip embark; nft 'add chain ip embark out {{ type filter hook output priority 0; }}'; nft add rule ip embark out tcp dport 15012 {verdict}");
    }

    private Task<string> UnfilterAsync() => world.RootAsync("nft delete table ip embark");

    private async Task<LocalServer> ListenAsync(string address) =>
        await LocalServer.StartAsync(IPEndPoint.Parse(address), context => context.Response.WriteAsync("a stranger"), TestContext.Current.CancellationToken, world.VmSockets.New);
}
