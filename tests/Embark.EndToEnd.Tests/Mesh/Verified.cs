using System.Text.Json.Nodes;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>What joins carries traffic, and what does not is told why: against a control plane, a gateway and Bookinfo that run.</summary>
public sealed class Verified(MeshWorld world) : IClassFixture<MeshWorld>
{
    [Fact(Timeout = 300_000)]
    public async Task Join_ends_with_the_proof_in_both_directions()
    {
        world.Need();
        await world.EmbarkAsync("leave", "ratings-vm.bookinfo");
        var join = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--from", world.RatingsOverMesh, "--require-proof");

        join.ShouldEndWith(0);
        FirstJoin.InOrder(join.Error, ["docker run -d --name istio-proxy ", "[SSH client] closing connection", "RESULT", "ok       container", "ok       VM to mesh", "ok       mesh to VM"]);
        Assert.DoesNotContain("failed ", join.Error, StringComparison.Ordinal);

        var verify = await world.EmbarkAsync("verify", "ratings-vm.bookinfo", "--from", world.RatingsOverMesh, "-o", "json");
        verify.ShouldEndWith(0);
        var proof = JsonNode.Parse(verify.Output)!["items"]![0]!["proof"]!;
        Assert.Equal("spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings", (string?)proof["vmIdentity"]);
        Assert.Equal("spiffe://cluster.local/ns/bookinfo/sa/bookinfo-details", (string?)proof["peerIdentity"]);
        Assert.True((bool)proof["proved"]!);
        Assert.All(proof["checks"]!.AsArray(), check => Assert.Equal("ok", (string?)check!["result"]));
    }

    [Fact(Timeout = 300_000)]
    public async Task What_nobody_asked_for_is_not_proved()
    {
        world.Need();
        await world.EmbarkAsync("leave", "ratings-vm.bookinfo");
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).ShouldEndWith(0);

        var lenient = await world.EmbarkAsync("verify", "ratings-vm.bookinfo");
        lenient.ShouldEndWith(0);
        Assert.Contains("not proved: no request from the mesh was seen", lenient.Output, StringComparison.Ordinal);

        var strict = await world.EmbarkAsync("verify", "ratings-vm.bookinfo", "--require-proof");
        strict.ShouldEndWith(11);
        Assert.Contains("--from URL", strict.Error, StringComparison.Ordinal);
    }
}
