namespace Embark.Tests.Delivery;

/// <summary>Whatever is cut or killed, and wherever: the next run finishes or undoes it, and ends in the same state as a run that nothing disturbed.</summary>
public sealed class InterruptedRuns(SharedVm shared) : IClassFixture<SharedVm>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The calls that change something in one replacement over the bridge: run, stop, rename, run, stop, rm, rm.</summary>
    private const int Calls = 7;

    [Theory(Timeout = 400_000)]
    [InlineData("before")]
    [InlineData("after")]
    public async Task D92_M99_A_replacement_killed_at_any_docker_call_is_finished_or_undone_by_the_next_run(string when)
    {
        var vm = await FreshAsync();
        (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        for (var call = 1; call <= Calls; call++)
        {
            var changed = vm.Workload() with { Network = $"network-{call}" };
            await KillAtAsync(vm, call, when);

            var killed = await vm.JoinAsync(changed, cancellationToken: Cancel);
            await vm.RootAsync("rm -f /usr/local/bin/docker");
            var serving = await vm.DockerAsync("ps --format '{{.Names}}'");
            var next = (await vm.JoinAsync(changed, cancellationToken: Cancel)).Succeeded();

            Assert.IsType<EmbarkException>(killed.Failure);
            Assert.NotEqual("", serving);   // the old proxy, the bridge, or the new one
            Assert.Contains("an earlier run was interrupted", next.Output, StringComparison.Ordinal);
            await AssertCleanAsync(vm, $"network-{call}");
            Assert.Contains("nothing to change", (await vm.JoinAsync(changed, cancellationToken: Cancel)).Succeeded().Output, StringComparison.Ordinal);
        }
    }

    [Theory(Timeout = 180_000)]
    [InlineData("before")]
    [InlineData("after")]
    public async Task M99_A_first_join_killed_at_its_docker_run_is_finished_or_undone_by_the_next_run(string when)
    {
        var vm = await FreshAsync();
        await KillAtAsync(vm, 1, when);

        var killed = await vm.JoinAsync(cancellationToken: Cancel);
        await vm.RootAsync("rm -f /usr/local/bin/docker");
        (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();

        Assert.IsType<EmbarkException>(killed.Failure);
        await AssertCleanAsync(vm, "vm-us-central1-a");
    }

    [Fact(Timeout = 180_000)]
    public async Task An_interrupted_run_that_is_repeated_with_the_old_entry_goes_back_to_it()
    {
        var vm = await FreshAsync();
        (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        var before = await vm.TreeAsync();
        var id = await vm.DockerAsync("inspect -f '{{.Id}}' istio-proxy");
        await KillAtAsync(vm, 4, "before");

        await vm.JoinAsync(vm.Workload() with { Network = "another" }, cancellationToken: Cancel);
        await vm.RootAsync("rm -f /usr/local/bin/docker");
        var again = (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();

        Assert.Contains("what it began is undone first", again.Output, StringComparison.Ordinal);
        Assert.Contains("nothing to change", again.Output, StringComparison.Ordinal);
        Assert.Equal(id, await vm.DockerAsync("inspect -f '{{.Id}}' istio-proxy"));
        Assert.Equal(before, await vm.TreeAsync());
    }

    [Fact(Timeout = 180_000)]
    public async Task M98_A_run_cancelled_before_the_swap_is_rolled_back()
    {
        var vm = await FreshAsync();
        (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        var before = await vm.TreeAsync();
        using var stop = new CancellationTokenSource();
        // Cancelled while the image is being looked for: everything is staged, nothing swapped.
        await vm.RootAsync("printf '#!/bin/sh\\n[ \"$1\" != pull ] || sleep 2\\nexec /usr/bin/docker \"$@\"\\n' >/usr/local/bin/docker; chmod 755 /usr/local/bin/docker");

        var run = await vm.JoinAsync(vm.Workload() with { Network = "another" }, change: plan =>
        {
            stop.CancelAfter(TimeSpan.FromSeconds(1));
            return Task.FromResult(plan);
        }, cancellationToken: stop.Token);

        Assert.IsAssignableFrom<OperationCanceledException>(run.Failure);
        Assert.Equal(before, await vm.TreeAsync());
        Assert.Equal("istio-proxy running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
    }

    [Fact(Timeout = 180_000)]
    public async Task M98_A_second_interruption_ends_at_once_and_the_next_run_converges()
    {
        var vm = await FreshAsync();
        (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        using var stop = new CancellationTokenSource();
        await vm.RootAsync("printf '#!/bin/sh\\n[ \"$1\" != pull ] || sleep 5\\nexec /usr/bin/docker \"$@\"\\n' >/usr/local/bin/docker; chmod 755 /usr/local/bin/docker");

        var run = await vm.JoinAsync(vm.Workload() with { Network = "another" }, change: plan =>
        {
            stop.CancelAfter(TimeSpan.FromSeconds(1));
            return Task.FromResult(plan);
        }, cancellationToken: stop.Token, forced: stop.Token);
        await vm.RootAsync("rm -f /usr/local/bin/docker; for i in 1 2 3 4 5 6 7 8 9 10; do pgrep -u istio-proxy -x sh >/dev/null || exit 0; sleep 1; done; ps aux; exit 1");
        (await vm.JoinAsync(vm.Workload() with { Network = "another" }, cancellationToken: Cancel)).Succeeded();

        Assert.IsAssignableFrom<OperationCanceledException>(run.Failure);
        await AssertCleanAsync(vm, "another");
    }

    [Fact(Timeout = 180_000)]
    public async Task M96_Of_two_operators_at_once_one_wins_and_the_other_is_told_who_holds_the_lock()
    {
        var vm = await FreshAsync();

        var both = await Task.WhenAll(
            vm.JoinAsync(ssh: vm.Ssh with { Holder = "alice@desk", LockWait = TimeSpan.Zero }, cancellationToken: Cancel),
            vm.JoinAsync(ssh: vm.Ssh with { Holder = "bob@desk", LockWait = TimeSpan.Zero }, cancellationToken: Cancel));

        var loser = Assert.Single(both, r => r.Failure is not null);
        loser.Failed(FailureClass.Locked);
        Assert.Matches("alice@desk|bob@desk", loser.Said);
        Assert.Equal("istio-proxy running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
    }

    private static async Task AssertCleanAsync(DockerVm vm, string network)
    {
        Assert.Equal("istio-proxy running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
        Assert.Contains($"ISTIO_META_NETWORK={network}", await vm.DockerAsync("inspect -f '{{.Config.Env}}' istio-proxy"), StringComparison.Ordinal);
        Assert.Equal("certs\nistio-ca.pem\nmanifest.json\nsidecar.env\ntokens\n", await vm.RootAsync("ls -A /etc/istio-proxy"));
        Assert.Equal("", await vm.RootAsync("find /etc/istio-proxy -name '.embark*'"));
    }

    /// <summary>Nothing here crashes, so a proxy need not be watched for long.</summary>
    private async Task<DockerVm> FreshAsync()
    {
        var vm = await shared.FreshAsync();
        vm.SecondsUp = 0;
        return vm;
    }

    /// <summary>A docker that, at the n-th call that changes something, takes the whole session down: its own process, the shells above it, and the login.</summary>
    private static Task<string> KillAtAsync(DockerVm vm, int call, string when) => vm.RootAsync($$"""
        rm -f /tmp/calls; install -m 0666 /dev/null /tmp/calls
        cat >/usr/local/bin/docker <<'END'
        #!/bin/sh
        die() {
          chain= p=$$
          while [ "$p" -gt 1 ]; do
            case $(cat /proc/$p/comm) in sshd) break ;; esac
            chain="$p $chain"
            p=$(sed 's/.*) . \([0-9]*\) .*/\1/' /proc/$p/stat)
          done
          kill -9 $chain   # the shells above first, itself last
        }
        case $1 in
        run | stop | rename | start | rm)
          echo "$1" >>/tmp/calls
          if [ "$(wc -l </tmp/calls)" = {{call}} ]; then
            [ {{when}} = before ] || /usr/bin/docker "$@"
            die
          fi ;;
        esac
        exec /usr/bin/docker "$@"
        END
        chmod 0755 /usr/local/bin/docker
        """);
}
