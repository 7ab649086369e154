using System.Text.Json.Nodes;

namespace Embark.EndToEnd.Tests.Steps;

/// <summary><c>embark firewall</c>: the guide's rules, operators by SSH, and no others; and whether they are there.</summary>
public sealed class FirewallRules(MeshWorld world) : IClassFixture<MeshWorld>
{
    [Fact(Timeout = 120_000)]
    public async Task Rules_are_those_of_the_guide_and_the_operators_own()
    {
        world.Need();
        var run = await world.EmbarkAsync("firewall", "ratings-vm.bookinfo", "-o", "json");

        run.ShouldEndWith(0);
        var rules = JsonNode.Parse(run.Output)!["rules"]!.AsArray();
        Assert.Equal(
            [
                "open fromVm VM gateway 10.4.100.1/32 15012", "open fromVm VM gateway 10.4.100.1/32 15443", "open fromVm VM gateway 10.4.100.1/32 9411", "open fromVm VM gateway 10.4.100.1/32 11800",
                "open toVm the mesh any 9080", "open toVm operator any 22", "closed toVm anyone outside any 15000,15020,15021,15090,15100,15120,15121,15190",
            ],
            rules.Select(rule => $"{rule!["action"]} {rule["direction"]} {rule["peer"]} {Networks(rule)} {string.Join(',', rule["ports"]!.AsArray())}"));

        static string Networks(JsonNode rule) => rule["networks"]!.AsArray() is { Count: > 0 } networks ? string.Join(',', networks) : "any";
    }

    [Fact(Timeout = 120_000)]
    public async Task In_one_network_pods_and_vm_reach_each_other()
    {
        world.Need();
        var entry = new Sandbox.ApiServer.Resources.GroupResource("networking.istio.io", "workloadentries");
        var stored = world.Sandbox.Api.Store.Find(entry, "bookinfo", "ratings-vm")!.Value;
        world.Sandbox.Api.Store.Change(entry, "bookinfo", "near-vm", _ =>
        {
            var copy = (JsonObject)JsonNode.Parse(stored.ToJsonString())!;
            copy["metadata"]!["name"] = "near-vm";
            copy["metadata"]!.AsObject().Remove("uid");
            copy["spec"]!.AsObject().Remove("network");
            return copy;
        });
        try
        {
            var run = await world.EmbarkAsync("firewall", "near-vm.bookinfo", "--mesh", "10.4.0.0/24");

            run.ShouldEndWith(0);
            Assert.Matches(@"open +VM 10\.128\.0\.2 +pods 10\.4\.0\.0/24 +all ", run.Output);
            Assert.Matches(@"open +pods 10\.4\.0\.0/24 +VM 10\.128\.0\.2 +9080 ", run.Output);
            Assert.DoesNotContain("11800", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            world.Sandbox.Api.Store.Change(entry, "bookinfo", "near-vm", _ => null);
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("ufw", "sudo ufw allow in proto tcp from 10.4.0.0/24 to any port 9080 comment ")]
    [InlineData("ufw", "sudo ufw allow out proto tcp from any to 10.4.100.1/32 port 15443 comment ")]
    [InlineData("ufw", "sudo ufw deny in proto tcp from any to any port 15000,15020,15021,15090,15100,15120,15121,15190 comment ")]
    [InlineData("firewalld", "sudo firewall-cmd --permanent --add-rich-rule='rule family=\"ipv4\" source address=\"10.4.0.0/24\" port port=\"9080\" protocol=\"tcp\" accept'")]
    [InlineData("gcloud", "gcloud compute firewall-rules create embark-ratings-vm-bookinfo-application --network=\"$NETWORK\" --direction=INGRESS --action=ALLOW --rules=tcp:9080 --source-ranges=10.4.0.0/24 --target-tags=ratings-vm-bookinfo ")]
    [InlineData("yaml", "kind: \"Firewall\"")]
    public async Task Rules_are_written_for_the_firewall_that_is_there(string format, string line)
    {
        world.Need();
        var run = await world.EmbarkAsync("firewall", "ratings-vm.bookinfo", "-o", format, "--mesh", "10.4.0.0/24");

        run.ShouldEndWith(0);
        Assert.Contains(line, run.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 400_000)]
    public async Task Verify_passes_with_the_rules_and_finds_one_that_was_left_out()
    {
        world.Need();
        if (!File.Exists("/usr/sbin/nft")) Assert.Skip("needs nft");
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo")).ShouldEndWith(0);
        var rules = await world.EmbarkAsync("firewall", "ratings-vm.bookinfo", "-o", "nftables");
        rules.ShouldEndWith(0);
        try
        {
            // Everything is closed but what the rules say: then all is well, and what shall stay closed is.
            await world.RootAsync($"cat >/run/embark.nft <<'END'\n{rules.Output}END\nnft -f /run/embark.nft && nft chain inet embark input '{{ policy drop; }}' && nft chain inet embark output '{{ policy drop; }}'\n"
                + "nft add rule inet embark output oif lo accept; nft add rule inet embark output ct state established,related accept");
            var all = await world.EmbarkAsync("firewall", "ratings-vm.bookinfo", "--verify", "-o", "json");
            all.ShouldEndWith(0);
            var checks = JsonNode.Parse(all.Output)!["checks"]!.AsArray().ToDictionary(check => (string)check!["title"]!, check => (string)check!["result"]!);
            foreach (var title in new[] { "VM to VM gateway 15012", "VM to VM gateway 15443", "operator to VM 9080", "operator to VM 22", "closed 15020", "closed 15021", "closed 15090" })
                Assert.Equal("ok", checks[title]);

            await world.RootAsync("nft -a list chain inet embark output | sed -n 's/.*dport 15443.*handle \\([0-9]*\\).*/\\1/p' | xargs -n 1 nft delete rule inet embark output handle");
            var one = await world.EmbarkAsync("firewall", "ratings-vm.bookinfo", "--verify");
            one.ShouldEndWith(9);
            Assert.Matches(@"failed +VM to VM gateway 15443 +10\.4\.100\.1 does not answer the VM", one.Output);
            Assert.Single(one.Output.Split('\n'), line => line.StartsWith("failed", StringComparison.Ordinal));
        }
        finally
        {
            await world.RootAsync("nft delete table inet embark");
        }
        // Without any rule the proxy's pages are seen from outside.
        var open = await world.EmbarkAsync("firewall", "ratings-vm.bookinfo", "--verify");
        open.ShouldEndWith(0);
        Assert.Matches(@"warning +closed 15021 +it answers from here", open.Output);
    }
}
