using System.Text.Json.Nodes;

namespace Embark.EndToEnd.Tests.Steps;

/// <summary><c>embark hosts</c>: the VM's applications call the mesh by name, and its <c>/etc/hosts</c> stays its own.</summary>
public sealed class CallingByName(MeshWorld world) : IClassFixture<MeshWorld>
{
    private const string Begin = "# BEGIN embark bookinfo/ratings-vm", End = "# END embark bookinfo/ratings-vm";

    [Fact(Timeout = 180_000)]
    public async Task Block_is_printed_and_nothing_is_connected_to()
    {
        world.Need();
        var run = await world.EmbarkAsync("hosts", "ratings-vm.bookinfo");

        run.ShouldEndWith(0);
        Assert.Equal(
            [
                Begin,
                "127.0.0.2 details.bookinfo.svc details.bookinfo.svc.cluster.local details.bookinfo", "127.0.0.2 productpage.bookinfo.svc productpage.bookinfo.svc.cluster.local productpage.bookinfo",
                "127.0.0.2 ratings.bookinfo.svc ratings.bookinfo.svc.cluster.local ratings.bookinfo", "127.0.0.2 reviews.bookinfo.svc reviews.bookinfo.svc.cluster.local reviews.bookinfo",
                End, "",
            ], run.Output.Split('\n'));
        Assert.DoesNotContain("SSH", run.Error, StringComparison.Ordinal);

        var data = JsonNode.Parse((await world.EmbarkAsync("hosts", "ratings-vm.bookinfo", "-o", "json")).Output)!["items"]![0]!["hosts"]!;
        Assert.Equal("127.0.0.2", (string?)data[0]!["address"]);
        Assert.Equal("details.bookinfo.svc", (string?)data[0]!["names"]![0]);
    }

    [Fact(Timeout = 180_000)]
    public async Task Without_the_script_the_block_is_printed_and_nothing_changed()
    {
        world.Need();
        await world.RootAsync("rm -f /usr/local/sbin/embark-hosts");
        var before = await world.RootAsync("cat /etc/hosts");

        var run = await world.EmbarkAsync("hosts", "ratings-vm.bookinfo", "--apply");

        run.ShouldEndWith(9);
        Assert.Contains(Begin, run.Output, StringComparison.Ordinal);
        Assert.Contains("embark prepare", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, await world.RootAsync("cat /etc/hosts"));
    }

    [Fact(Timeout = 400_000)]
    public async Task Vm_calls_the_mesh_by_name_until_it_leaves()
    {
        world.Need();
        if (!File.Exists("/usr/bin/sudo")) Assert.Skip("needs sudo");
        await InstallAsync();
        await world.RootAsync("printf '10.9.9.9 details.bookinfo\\n' >>/etc/hosts");
        var before = await world.RootAsync("cat /etc/hosts");

        var apply = await world.EmbarkAsync("hosts", "ratings-vm.bookinfo", "--apply");
        apply.ShouldEndWith(0);
        Assert.Contains("details.bookinfo stands there with 10.9.9.9", apply.Error, StringComparison.Ordinal);
        var after = await world.RootAsync("cat /etc/hosts");
        Assert.StartsWith($"{before}{Begin}\n127.0.0.2 details.bookinfo.svc details.bookinfo.svc.cluster.local\n", after, StringComparison.Ordinal);
        Assert.Equal("644 root\n", await world.RootAsync("stat -c '%a %U' /etc/hosts"));

        var again = await world.EmbarkAsync("hosts", "ratings-vm.bookinfo", "--apply");
        again.ShouldEndWith(0);
        Assert.Contains("nothing to change", again.Error, StringComparison.Ordinal);
        Assert.Equal(after, await world.RootAsync("cat /etc/hosts"));

        (await world.EmbarkAsync("join", "ratings-vm.bookinfo")).ShouldEndWith(0);
        Assert.Contains("\"reviewer\"", await world.RootAsync("curl -sf http://reviews.bookinfo.svc:9080/reviews/0"), StringComparison.Ordinal);

        // What somebody changed in the block, a join sets right.
        await world.RootAsync("sed -i '/reviews.bookinfo.svc/d' /etc/hosts");
        var join = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof");
        join.ShouldEndWith(0);
        Assert.Contains("embark-hosts apply bookinfo/ratings-vm", join.Error, StringComparison.Ordinal);
        Assert.Equal(after, await world.RootAsync("cat /etc/hosts"));
        Assert.Contains("nothing to change", (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).Error, StringComparison.Ordinal);

        (await world.EmbarkAsync("hosts", "ratings-vm.bookinfo", "--remove")).ShouldEndWith(0);
        Assert.Equal(before, await world.RootAsync("cat /etc/hosts"));
        (await world.EmbarkAsync("hosts", "ratings-vm.bookinfo", "--apply")).ShouldEndWith(0);
        (await world.EmbarkAsync("leave", "ratings-vm.bookinfo")).ShouldEndWith(0);
        Assert.Equal(before, await world.RootAsync("cat /etc/hosts"));
    }

    private async Task InstallAsync()
    {
        var tool = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "src/Embark/Delivery/Scripts/embark-hosts.sh"), TestContext.Current.CancellationToken);
        await world.RootAsync($"echo {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(tool))} | base64 -d >/usr/local/sbin/embark-hosts\nchmod 755 /usr/local/sbin/embark-hosts\n"
            + "echo 'istio-proxy ALL=(root) NOPASSWD: /usr/local/sbin/embark-hosts' >/etc/sudoers.d/embark-hosts\nchmod 440 /etc/sudoers.d/embark-hosts");
    }
}
