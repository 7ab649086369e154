namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>What is wrong is refused with the exit code of its class, and nothing is changed.</summary>
public sealed class Refusals(World world) : IClassFixture<World>
{
    private const string Hub = "sidecar-bootstrap.istio.io/proxy-image-hub";

    [Fact(Timeout = 180_000)]
    public async Task Hostile_annotation_is_refused_before_any_connection()
    {
        world.Need();
        world.Annotate(Hub, "x --privileged -v /:/host");
        try
        {
            var run = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof");

            run.ShouldEndWith(5);
            Assert.Contains(Hub, run.Error, StringComparison.Ordinal);
            Assert.Contains("fix:", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("connecting", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            world.Annotate(Hub, "docker.io/tetrate");
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task Unknown_entry_is_bad_input()
    {
        world.Need();
        var run = await world.EmbarkAsync("join", "no-such-vm.bookinfo");

        run.ShouldEndWith(5);
        Assert.Contains("bookinfo/no-such-vm", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task Missing_kubeconfig_is_a_matter_of_credentials()
    {
        world.Need();
        var run = await EmbarkProgram.RunAsync(new Dictionary<string, string?> { ["KUBECONFIG"] = "/nonexistent/config" }, "join", "ratings-vm.bookinfo", "--no-proof", "--dry-run");

        run.ShouldEndWith(3);
        Assert.Contains("/nonexistent/config", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task Api_that_is_down_says_so()
    {
        world.Need();
        var kubeconfig = Path.Combine(world.Home, "down");
        await File.WriteAllTextAsync(kubeconfig, (await File.ReadAllTextAsync(Path.Combine(world.Home, "kubeconfig")))
            .Replace($":{world.Api.Address.Port}", ":1", StringComparison.Ordinal));
        var run = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "--dry-run", "--kubeconfig", kubeconfig);

        run.ShouldEndWith(4);
    }

    [Fact(Timeout = 180_000)]
    public async Task Changed_host_key_stops_with_the_hint()
    {
        world.Need();
        var known = Path.Combine(world.Home, "known_hosts");
        var config = Path.Combine(world.Home, "changed-key.config");
        var other = (await world.RootAsync("rm -f /tmp/other /tmp/other.pub; ssh-keygen -q -t ed25519 -N '' -f /tmp/other && cut -d' ' -f1,2 /tmp/other.pub")).Trim();
        await File.WriteAllTextAsync(known, $"10.128.0.2 {other}\n");
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(world.Vm.SshConfig)).Replace(world.Vm.KnownHosts, known, StringComparison.Ordinal));
        var before = await world.StateAsync();

        var run = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "--ssh-config", config);

        run.ShouldEndWith(7);
        Assert.Contains("ssh-keygen", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, await world.StateAsync());
    }

    [Fact(Timeout = 240_000)]
    public async Task Full_disk_on_the_vm_leaves_the_old_files_and_says_so()
    {
        world.Need();
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).ShouldEndWith(0);
        // A small file system of its own below the directory, filled but for a few KiB.
        await world.RootAsync("""
            cp -a /etc/istio-proxy /run/kept
            mount -t tmpfs -o size=256k,mode=0750,uid=1001,gid=1001 tmpfs /etc/istio-proxy
            cp -a /run/kept/. /etc/istio-proxy/
            head -c 1m /dev/zero >/etc/istio-proxy/filler 2>/dev/null || true
            """);
        world.Annotate("sidecar.istio.io/logLevel", "debug");
        try
        {
            var before = await world.RootAsync("sha256sum /etc/istio-proxy/sidecar.env /etc/istio-proxy/istio-ca.pem /etc/istio-proxy/manifest.json");
            var run = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof");

            Assert.Contains(run.ExitCode, new[] { 9, 10 });
            Assert.Matches("(?i)space|full", run.Error);
            Assert.Equal(before, await world.RootAsync("sha256sum /etc/istio-proxy/sidecar.env /etc/istio-proxy/istio-ca.pem /etc/istio-proxy/manifest.json"));
        }
        finally
        {
            world.Annotate("sidecar.istio.io/logLevel", null);
            await world.RootAsync("umount -l /etc/istio-proxy; rm -rf /run/kept");
        }
    }
}
