using Embark.Mesh;
using Embark.Planning;
using Embark.Tests.Planning;

namespace Embark.Tests.Delivery;

/// <summary>A proxy is started, replaced over the bridge, and comes back when the new one does not prove itself. The engine is a real dockerd.</summary>
public sealed class ProxyOnTheVm(SharedVm shared) : IClassFixture<SharedVm>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The mesh with another image, which a proxy that runs is replaced for.</summary>
    private static (MeshSettings Mesh, WorkloadEntry Workload) WithImage(DockerVm vm, string image, JoinOptions? options = null) =>
        (GuideExample.Mesh, vm.Workload(options) with { Vm = vm.Workload(options).Vm with { Image = image } });

    private static async Task<(DockerVm Vm, string Id)> JoinedAsync(SharedVm shared)
    {
        var vm = await shared.FreshAsync();
        (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        return (vm, await vm.DockerAsync("inspect -f '{{.Id}} {{.State.StartedAt}}' istio-proxy"));
    }

    private static async Task AssertOldProxyServesAsync(DockerVm vm, string id, string tree)
    {
        Assert.Equal(id.Split(' ')[0], (await vm.DockerAsync("inspect -f '{{.Id}}' istio-proxy")).Trim());
        Assert.Equal("istio-proxy running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
        Assert.Equal(tree, await vm.TreeAsync());
    }

    [Fact(Timeout = 180_000)]
    public async Task Second_run_changes_nothing()
    {
        var (vm, id) = await JoinedAsync(shared);
        var before = await vm.TreeAsync();

        var second = (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();

        Assert.Equal("[SSH client] connecting to istio-proxy@10.128.0.2:22\n[SSH client] nothing to change\n[SSH client] closing connection\n", second.Output);
        Assert.Equal(0, second.TokensIssued);
        Assert.Equal(id, await vm.DockerAsync("inspect -f '{{.Id}} {{.State.StartedAt}}' istio-proxy"));
        Assert.Equal(before, await vm.TreeAsync());
    }

    [Fact(Timeout = 180_000)]
    public async Task The_container_runs_as_the_user_with_the_labels_and_the_manifest_says_who_and_what()
    {
        var (vm, _) = await JoinedAsync(shared);

        Assert.Equal("1001:1001 [ALL] true true proxy bookinfo/ratings-vm",
            await vm.DockerAsync("inspect -f '{{.Config.User}} {{.HostConfig.CapDrop}} {{.HostConfig.ReadonlyRootfs}} {{index .Config.Labels \"embark.managed\"}} {{index .Config.Labels \"embark.role\"}} {{index .Config.Labels \"embark.workload-entry\"}}' istio-proxy"));
        var manifest = Manifest.Read(await vm.RootAsync("cat /etc/istio-proxy/manifest.json"))!;
        Assert.Equal($"{Environment.UserName}@{Environment.MachineName}", manifest.AppliedBy);
        Assert.StartsWith("sha256:", manifest.ImageDigest, StringComparison.Ordinal);
        Assert.Equal("/etc/istio-proxy/tokens/istio-token", manifest.Token!.Path);
        Assert.NotNull(manifest.AppliedAt);
        Assert.NotEmpty(manifest.Version!);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_changed_entry_replaces_the_proxy_over_the_bridge_and_leaves_nothing_behind()
    {
        var (vm, id) = await JoinedAsync(shared);

        var run = (await vm.JoinAsync(vm.Workload() with { Network = "another" }, cancellationToken: Cancel)).Succeeded();

        string[] commands = [.. run.Output.Split('\n').Where(l => l.Contains(": docker ", StringComparison.Ordinal)).Select(l => string.Join(' ', l.Split(": ")[1].Split(' ').Take(5)))];
        Assert.Equal(
            ["docker pull docker.io/tetrate/proxyv2:1.30.3", "docker run -d --name istio-proxy.bridge", "docker stop istio-proxy", "docker rename istio-proxy istio-proxy.old", "docker run -d --name istio-proxy",
             "docker stop istio-proxy.bridge", "docker rm --force istio-proxy.bridge istio-proxy.old"], commands);
        Assert.Equal("istio-proxy running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
        Assert.NotEqual(id.Split(' ')[0], await vm.DockerAsync("inspect -f '{{.Id}}' istio-proxy"));
        Assert.Contains("ISTIO_META_NETWORK=another", await vm.DockerAsync("inspect -f '{{.Config.Env}}' istio-proxy"), StringComparison.Ordinal);
        Assert.Equal("certs\nistio-ca.pem\nmanifest.json\nsidecar.env\ntokens\n", await vm.RootAsync("ls -A /etc/istio-proxy"));
        Assert.Contains("nothing to change", (await vm.JoinAsync(vm.Workload() with { Network = "another" }, cancellationToken: Cancel)).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task D84_An_image_that_cannot_be_pulled_leaves_the_old_proxy()
    {
        var (vm, id) = await JoinedAsync(shared);
        var before = await vm.TreeAsync();
        var (mesh, workload) = WithImage(vm, "registry.invalid/proxyv2:none");

        var run = await vm.JoinAsync(workload, mesh, cancellationToken: Cancel);

        run.Failed(FailureClass.ApplyFailed);
        Assert.Contains("registry.invalid/proxyv2:none cannot be pulled", run.Said, StringComparison.Ordinal);
        Assert.Contains("lookup registry.invalid", run.Said, StringComparison.Ordinal);
        await AssertOldProxyServesAsync(vm, id, before);
    }

    [Theory(Timeout = 180_000)]
    [InlineData("401 Unauthorized", "docker login")]
    [InlineData("404 Not Found", "annotation")]
    [InlineData("429 Too Many Requests", "limits pulls")]
    public async Task D84_A_registry_that_refuses_is_told_and_leaves_the_old_proxy(string status, string fix)
    {
        var (vm, id) = await JoinedAsync(shared);
        var before = await vm.TreeAsync();
        // Docker speaks plain HTTP to registries on 127.0.0.0/8.
        await using var registry = await vm.StubAsync(5002, $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nDocker-Distribution-Api-Version: registry/2.0\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}");
        var (mesh, workload) = WithImage(vm, "127.0.0.1:5002/proxyv2:1");

        var run = await vm.JoinAsync(workload, mesh, cancellationToken: Cancel);

        run.Failed(FailureClass.ApplyFailed);
        Assert.True(run.Said.Contains(fix, StringComparison.Ordinal), run.Said);
        await AssertOldProxyServesAsync(vm, id, before);
    }

    [Fact(Timeout = 180_000)]
    public async Task D84_A_registry_without_TLS_is_told_and_leaves_the_old_proxy()
    {
        var (vm, id) = await JoinedAsync(shared);
        var before = await vm.TreeAsync();
        await using var registry = await vm.StubAsync(5001, "this is no TLS\n");
        var (mesh, workload) = WithImage(vm, "10.128.0.2:5001/proxyv2:1");

        var run = await vm.JoinAsync(workload, mesh, cancellationToken: Cancel);

        run.Failed(FailureClass.ApplyFailed);
        Assert.Contains("tls", run.Said, StringComparison.OrdinalIgnoreCase);
        await AssertOldProxyServesAsync(vm, id, before);
    }

    [Fact(Timeout = 180_000)]
    public async Task D85_A_container_that_Embark_did_not_make_is_not_touched()
    {
        var vm = await shared.FreshAsync();
        await vm.DockerAsync($"run -d --name istio-proxy {DockerVm.GoodImage}");

        var run = await vm.JoinAsync(cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        Assert.Contains("--adopt", run.Said, StringComparison.Ordinal);
        Assert.Equal("istio-proxy running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
        Assert.Equal("", await vm.RootAsync("ls -A /etc/istio-proxy"));
    }

    [Fact(Timeout = 180_000)]
    public async Task D85_The_proxy_of_another_entry_is_not_touched_without_adopting_it()
    {
        var vm = await shared.FreshAsync();
        var old = await vm.DockerAsync($"run -d --network host --user 1001:1001 --name istio-proxy --label embark.managed=true --label embark.role=proxy --label embark.workload-entry=bookinfo/other-vm {DockerVm.GoodImage}");

        var refused = await vm.JoinAsync(cancellationToken: Cancel);

        refused.Failed(FailureClass.VmNotReady);
        Assert.Contains("is the proxy of WorkloadEntry bookinfo/other-vm", refused.Said, StringComparison.Ordinal);
        Assert.Contains("--adopt", refused.Said, StringComparison.Ordinal);
        Assert.Equal(old, await vm.DockerAsync("inspect -f '{{.Id}}' istio-proxy"));

        (await vm.JoinAsync(vm.Workload(new JoinOptions { Adopt = true }), cancellationToken: Cancel)).Succeeded();
        Assert.Equal("istio-proxy running bookinfo/ratings-vm", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}} {{.Label \"embark.workload-entry\"}}'"));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_container_recreated_by_hand_with_the_same_label_is_replaced_once()
    {
        var vm = await shared.FreshAsync();
        var first = (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        Assert.Empty((await vm.JoinAsync(cancellationToken: Cancel)).Succeeded().Plan!.Steps);
        await vm.DockerAsync($"rm -f istio-proxy");
        await vm.DockerAsync($"run -d --network host --user 1001:1001 --name istio-proxy --label embark.managed=true --label embark.role=proxy --label embark.workload-entry=bookinfo/ratings-vm --label embark.plan={first.Plan!.Hash} {DockerVm.GoodImage} by hand");

        var mended = (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();

        Assert.Single(mended.Plan!.Steps.OfType<PlanStep.ReplaceContainer>());
        Assert.Empty((await vm.JoinAsync(cancellationToken: Cancel)).Succeeded().Plan!.Steps);
    }

    [Fact(Timeout = 180_000)]
    public async Task D85_An_adopted_container_is_replaced_with_a_gap_that_is_told()
    {
        var vm = await shared.FreshAsync();
        var old = await vm.DockerAsync($"run -d --network host --name istio-proxy {DockerVm.GoodImage}");

        var run = (await vm.JoinAsync(vm.Workload(new JoinOptions { Adopt = true }), cancellationToken: Cancel)).Succeeded();

        Assert.Contains("there is a gap of some seconds", run.Output, StringComparison.Ordinal);
        Assert.Equal("istio-proxy running true", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}} {{.Label \"embark.managed\"}}'"));
        Assert.NotEqual(old, await vm.DockerAsync("inspect -f '{{.Id}}' istio-proxy"));
    }

    [Fact(Timeout = 180_000)]
    public async Task D85_An_adopted_container_comes_back_when_the_new_proxy_fails()
    {
        var vm = await shared.FreshAsync();
        await vm.ImageAsync("crash:3", "echo boom; exit 3");
        var old = await vm.DockerAsync($"run -d --network host --name istio-proxy {DockerVm.GoodImage}");
        var (mesh, workload) = WithImage(vm, "crash:3", new JoinOptions { Adopt = true });

        var run = await vm.JoinAsync(workload, mesh, cancellationToken: Cancel);

        run.Failed(FailureClass.ApplyFailed);
        Assert.Equal(old, await vm.DockerAsync("inspect -f '{{.Id}}' istio-proxy"));
        Assert.Equal("istio-proxy running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
    }

    [Fact(Timeout = 180_000)]
    public async Task D86_A_container_that_was_only_created_is_cleared_by_the_next_run()
    {
        var vm = await shared.FreshAsync();
        await vm.DockerAsync($"create --name istio-proxy --label embark.managed=true --label embark.role=proxy --label embark.workload-entry=bookinfo/ratings-vm {DockerVm.GoodImage}");

        (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();

        Assert.Equal("istio-proxy running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
    }

    [Theory(Timeout = 180_000)]
    [InlineData("exit 3", "exit code 3", "D87")]
    [InlineData("exit 0", "exit code 0", "D126")]
    public async Task D87_D126_A_proxy_that_ends_with_any_code_is_undone_and_its_last_lines_are_shown(string end, string words, string row)
    {
        var (vm, id) = await JoinedAsync(shared);
        var before = await vm.TreeAsync();
        await vm.ImageAsync($"ends:{row.ToLowerInvariant()}", $"i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; printf '\\033]0;title\\007\\n'; {end}");
        var (mesh, workload) = WithImage(vm, $"ends:{row.ToLowerInvariant()}");

        var run = await vm.JoinAsync(workload, mesh, cancellationToken: Cancel);

        run.Failed(FailureClass.ApplyFailed);
        Assert.Contains(words, run.Said, StringComparison.Ordinal);
        Assert.Contains("line 30", run.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("line 5\n", run.Said, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Said);
        Assert.Contains("rolled back", run.Said, StringComparison.Ordinal);
        await AssertOldProxyServesAsync(vm, id, before);
        Assert.Equal(id, await vm.DockerAsync("inspect -f '{{.Id}} {{.State.StartedAt}}' istio-proxy"));
    }

    [Fact(Timeout = 180_000)]
    public async Task D87_A_proxy_that_fails_only_under_its_own_name_gives_way_to_the_old_one()
    {
        var (vm, id) = await JoinedAsync(shared);
        var before = await vm.TreeAsync();
        // The bridge is told from the proxy by its readiness port.
        await vm.ImageAsync("late:1", $"[ \"$ENVOY_STATUS_PORT\" = 15121 ] || exit 4\n{DockerVm.StaysUp}");
        var (mesh, workload) = WithImage(vm, "late:1");

        var run = await vm.JoinAsync(workload, mesh, cancellationToken: Cancel);

        run.Failed(FailureClass.ApplyFailed);
        Assert.Contains("the new proxy did not stay up", run.Said, StringComparison.Ordinal);
        Assert.Contains("rolled back: files and containers are as before", run.Said, StringComparison.Ordinal);
        await AssertOldProxyServesAsync(vm, id, before);
    }

    [Fact(Timeout = 180_000)]
    public async Task D87_A_first_proxy_that_fails_leaves_the_vm_as_it_was()
    {
        var vm = await shared.FreshAsync();
        await vm.ImageAsync("crash:3", "echo boom; exit 3");
        var (mesh, workload) = WithImage(vm, "crash:3");

        var run = await vm.JoinAsync(workload, mesh, cancellationToken: Cancel);

        run.Failed(FailureClass.ApplyFailed);
        Assert.Contains("boom", run.Said, StringComparison.Ordinal);
        Assert.Equal("", await vm.DockerAsync("ps -aq"));
        Assert.Equal(".\n./certs\n./tokens\n", await vm.RootAsync("cd /etc/istio-proxy; find . | sort"));
    }

    [Fact(Timeout = 180_000)]
    public async Task D87_A_roll_back_that_fails_too_says_so_and_how_things_are()
    {
        var (vm, _) = await JoinedAsync(shared);
        await vm.ImageAsync("late:1", $"[ \"$ENVOY_STATUS_PORT\" = 15121 ] || exit 4\n{DockerVm.StaysUp}");
        await vm.RootAsync("printf '#!/bin/sh\\n[ \"$1\" != start ] || { echo no start today >&2; exit 1; }\\nexec /usr/bin/docker \"$@\"\\n' >/usr/local/bin/docker; chmod 755 /usr/local/bin/docker");
        var (mesh, workload) = WithImage(vm, "late:1");

        var run = await vm.JoinAsync(workload, mesh, cancellationToken: Cancel);

        run.Failed(FailureClass.ApplyFailed);
        Assert.Contains("NOT rolled back: no start today", run.Said, StringComparison.Ordinal);
        Assert.Contains("container istio-proxy: exited", run.Said, StringComparison.Ordinal);
        Assert.Contains("container istio-proxy.bridge: running", run.Said, StringComparison.Ordinal);

        await vm.RootAsync("rm /usr/local/bin/docker");
        (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        Assert.Equal("istio-proxy running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
    }

    [Fact(Timeout = 180_000)]
    public async Task D88_An_image_for_another_machine_is_refused_before_the_swap()
    {
        var (vm, id) = await JoinedAsync(shared);
        var before = await vm.TreeAsync();
        await vm.ForeignImageAsync("other:arm");
        var (mesh, workload) = WithImage(vm, "other:arm");

        var run = await vm.JoinAsync(workload, mesh, cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        Assert.Contains("linux/arm64", run.Said, StringComparison.Ordinal);
        await AssertOldProxyServesAsync(vm, id, before);
    }

    [Theory(Timeout = 180_000)]
    [InlineData(15021)]
    [InlineData(15190)]
    [InlineData(9080)]
    public async Task D89_A_port_in_use_names_port_and_owner(int port)
    {
        var vm = await shared.FreshAsync();
        await using var holder = await vm.StubAsync(port, "x");
        var workload = vm.Workload();

        var run = await vm.JoinAsync(workload with { Vm = workload.Vm with { IngressPorts = [9080] } }, cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        Assert.Contains($"port {port}", run.Said, StringComparison.Ordinal);
        Assert.Contains("uid 0", run.Said, StringComparison.Ordinal);
        Assert.Equal("", await vm.DockerAsync("ps -aq"));
    }

    [Fact(Timeout = 180_000)]
    public async Task D90_A_proxy_killed_for_want_of_memory_is_told()
    {
        var vm = await shared.FreshAsync();
        await vm.ImageAsync("hungry:1", "x=1; while :; do x=$x$x; done");
        var (mesh, workload) = WithImage(vm, "hungry:1", new JoinOptions { Memory = "8m" });

        var run = await vm.JoinAsync(workload, mesh, cancellationToken: Cancel);

        run.Failed(FailureClass.ApplyFailed);
        Assert.Matches("killed for want of memory|exit code 137", run.Said);
    }

    [Fact(Timeout = 180_000)]
    public async Task D91_After_a_restart_of_the_engine_the_proxy_is_back_and_nothing_is_to_change()
    {
        var (vm, id) = await JoinedAsync(shared);

        await vm.StopDockerAsync();
        await vm.StartDockerAsync(Cancel);

        Assert.Equal($"{id.Split(' ')[0]} running", await vm.DockerAsync("inspect -f '{{.Id}} {{.State.Status}}' istio-proxy"));
        Assert.Contains("nothing to change", (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task Leaving_takes_our_container_and_files_and_nothing_else_and_joining_again_works()
    {
        var (vm, _) = await JoinedAsync(shared);
        await vm.DockerAsync($"run -d --name foreign {DockerVm.GoodImage}");
        await vm.RootAsync("echo mine >/etc/istio-proxy/foreign");

        await vm.LeaveAsync();
        var again = await vm.LeaveAsync();

        Assert.Equal("foreign running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
        Assert.Equal(".\n./foreign\n", await vm.RootAsync("cd /etc/istio-proxy; find . | sort"));
        Assert.Null(again.Failure);
        (await vm.JoinAsync(cancellationToken: Cancel)).Succeeded();
        Assert.Equal("mine\n", await vm.RootAsync("cat /etc/istio-proxy/foreign"));
    }

    [Fact(Timeout = 180_000)]
    public async Task The_guides_profile_removes_and_runs_as_the_guide_does()
    {
        var vm = await shared.FreshAsync();
        var workload = vm.Workload(new JoinOptions { Profile = Profile.Tetrate });

        (await vm.JoinAsync(workload, cancellationToken: Cancel)).Succeeded();
        var run = (await vm.JoinAsync(workload, cancellationToken: Cancel)).Succeeded();

        string[] commands = [.. run.Output.Split('\n').Where(l => l.Contains(": docker ", StringComparison.Ordinal)).Select(l => string.Join(' ', l.Split(": ")[1].Split(' ').Take(5)))];
        Assert.Equal(["docker rm --force istio-proxy", "docker run -d --name istio-proxy"], commands.Where(c => !c.StartsWith("docker pull", StringComparison.Ordinal)));
        Assert.Equal("istio-proxy running", await vm.DockerAsync("ps -a --format '{{.Names}} {{.State}}'"));
    }
}
