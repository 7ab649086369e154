using System.Text;

namespace Embark.Tests.Delivery;

/// <summary>The token is in its file on the VM and nowhere else: a token like no other is delivered, and looked for everywhere.</summary>
public sealed class SecretsOnTheVm
{
    private static readonly string[] Forms = [Tokens.Canary, Convert.ToBase64String(Encoding.ASCII.GetBytes(Tokens.Canary))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task X107_X108_X109_X110_The_token_is_seen_nowhere_but_in_its_file()
    {
        await using var vm = await DockerVm.StartAsync(Cancel, options: new() { SshdOptions = ["LogLevel=DEBUG3"] });
        await vm.ImageAsync("crash:3", "env; exit 3");
        using var done = new CancellationTokenSource();
        var seenInProc = WatchProcAsync(done.Token);
        await using var thief = vm.Host.Host.Start(
            Path.Combine(Path.GetDirectoryName(vm.Host.SshConfig)!, "thief.log"), Embark.Sandbox.Hosts.Command.Plain,
            "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "sh", "-c",
            "while :; do cat /etc/istio-proxy/* /etc/istio-proxy/*/* /etc/istio-proxy/*/*/* /home/istio-proxy/.embark/* 2>/dev/null; done");

        var run = (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        var replaced = (await vm.JoinAsync(vm.Workload() with { Network = "another" }, cancellationToken: Cancel)).Succeeded();
        var workload = vm.Workload() with { Network = "third" };
        var failed = await vm.JoinAsync(workload with { Vm = workload.Vm with { Image = "crash:3" } }, cancellationToken: Cancel);
        await done.CancelAsync();

        Assert.Equal(2, run.TokensIssued + replaced.TokensIssued);
        failed.Failed(FailureClass.ApplyFailed);
        Assert.Equal(Tokens.Canary, await vm.RootAsync("cat /etc/istio-proxy/tokens/istio-token"));
        await AssertNowhereAsync(vm, run.Output + replaced.Output + failed.Output + failed.Failure + failed.Said + run.Plan + failed.Plan, thief.Log, await seenInProc);
    }

    private static async Task AssertNowhereAsync(DockerVm vm, string said, string stolen, IReadOnlyList<string> inProc)
    {
        Assert.Empty(inProc);
        var logs = Directory.GetFiles(Path.GetDirectoryName(Path.GetDirectoryName(vm.Host.SshConfig))!, "*.log", SearchOption.AllDirectories);
        var engine = await vm.RootAsync("docker inspect istio-proxy; docker logs istio-proxy 2>&1; docker image history -q --no-trunc docker.io/tetrate/proxyv2:1.30.3; cat /etc/istio-proxy/manifest.json /etc/istio-proxy/sidecar.env");
        foreach (var form in Forms)
        {
            Assert.DoesNotContain(form, said, StringComparison.Ordinal);
            Assert.DoesNotContain(form, engine, StringComparison.Ordinal);
            Assert.DoesNotContain(form, await File.ReadAllTextAsync(stolen, Cancel), StringComparison.Ordinal);
            foreach (var log in logs)
                Assert.False((await File.ReadAllTextAsync(log, Cancel)).Contains(form, StringComparison.Ordinal), log);
            Assert.Equal(form == Tokens.Canary ? "/etc/istio-proxy/tokens/istio-token\n" : "", await vm.RootAsync($"grep -rlsF -e '{form}' /etc /home /tmp /var/tmp /var/log /var/lib/embark /run /srv/docker/data/containers /root 2>/dev/null || :"));
        }
        Assert.Contains(logs, l => l.Contains("sshd", StringComparison.Ordinal));
    }

    /// <summary>Arguments and environments of all processes, again and again; the VM's are seen from here.</summary>
    private static Task<List<string>> WatchProcAsync(CancellationToken done) => Task.Run(() =>
    {
        var seen = new List<string>();
        while (!done.IsCancellationRequested)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
                foreach (var file in new[] { "cmdline", "environ" })
                {
                    if (Read(Path.Combine(process, file)) is { } text && Forms.Any(form => text.Contains(form, StringComparison.Ordinal))) seen.Add($"{process}/{file}");
                }
        }
        return seen;
    }, CancellationToken.None);

    private static string? Read(string path)
    {
        try { return File.ReadAllText(path, Encoding.Latin1); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return null; }
    }
}
