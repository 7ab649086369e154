namespace Embark.Tests.Delivery;

/// <summary>A delivery to a VM that has nothing of ours: real sshd, real files, real Docker.</summary>
public sealed class FirstJoin
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Brings_files_and_a_running_proxy_and_the_second_run_changes_nothing()
    {
        await using var vm = await DockerVm.StartAsync(Cancel);

        var first = (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        var before = await vm.RootAsync("cd /etc/istio-proxy; find . -printf '%p %m %U %T@\\n' | sort; docker inspect -f '{{.State.StartedAt}}' istio-proxy");
        var second = (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        var after = await vm.RootAsync("cd /etc/istio-proxy; find . -printf '%p %m %U %T@\\n' | sort; docker inspect -f '{{.State.StartedAt}}' istio-proxy");

        TestContext.Current.TestOutputHelper?.WriteLine(first.Output + second.Output + before);
        Assert.Equal(before, after);
        Assert.Equal("[SSH client] connecting to istio-proxy@10.128.0.2:22\n[SSH client] nothing to change\n[SSH client] closing connection\n", second.Output);
        Assert.Equal(0, second.TokensIssued);
    }
}
