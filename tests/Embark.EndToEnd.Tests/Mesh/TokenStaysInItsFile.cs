namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>The canary: the token of a real run is looked for everywhere it must not be.</summary>
public sealed class TokenStaysInItsFile(World world) : IClassFixture<World>
{
    // Every token of the sandbox's API is a JWT, and every JWT begins so ({"alg":…).
    private const string JwtMark = "eyJ";

    [Fact(Timeout = 300_000)]
    public async Task X107_X108_X109_Token_is_seen_nowhere_but_in_its_file()
    {
        world.Need();
        await world.CleanAsync();
        Run run;
        IReadOnlyCollection<string> suspicious;
        await using (var watch = new ProcessWatch(JwtMark))
        {
            run = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "-vvv", "-o", "json");
            suspicious = watch.Suspicious;
            Assert.True(watch.Looks > 3, "the watch has hardly looked");
        }

        run.ShouldEndWith(0);
        var token = (await world.RootAsync("cat /etc/istio-proxy/tokens/istio-token")).Trim();
        Assert.StartsWith(JwtMark, token, StringComparison.Ordinal);
        var signature = token.Split('.')[2];

        Assert.DoesNotContain(signature, run.All, StringComparison.Ordinal);
        Assert.DoesNotContain(suspicious, text => text.Contains(signature, StringComparison.Ordinal));
        Assert.DoesNotContain(signature, await world.RootAsync("docker inspect istio-proxy; docker logs istio-proxy 2>&1"), StringComparison.Ordinal);
        var files = await world.RootAsync($"grep -rlsF --exclude-dir=proc --exclude-dir=sys -- '{signature}' /etc /home /root /run /tmp /var/log /var/lib 2>/dev/null || true");
        Assert.Equal(["/etc/istio-proxy/tokens/istio-token"], files.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain(Directory.EnumerateFiles(world.Home, "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains(signature, StringComparison.Ordinal));
    }

    [Fact(Timeout = 180_000)]
    public async Task X107_Failure_while_the_token_is_at_hand_does_not_show_it()
    {
        world.Need();
        await world.CleanAsync();
        // The disk is full: the copy fails when the token has been asked for.
        await world.RootAsync("mkdir -p /etc/istio-proxy && mount -t tmpfs -o size=64k,mode=0750,uid=1001,gid=1001 tmpfs /etc/istio-proxy && (head -c 1m /dev/zero >/etc/istio-proxy/filler 2>/dev/null || true)");
        try
        {
            var run = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "-vvv", "-o", "json");

            Assert.NotEqual(0, run.ExitCode);
            Assert.DoesNotContain(JwtMark, run.All, StringComparison.Ordinal);
        }
        finally
        {
            await world.RootAsync("umount -l /etc/istio-proxy");
        }
    }
}
