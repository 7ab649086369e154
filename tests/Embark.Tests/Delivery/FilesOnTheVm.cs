using Embark.Planning;
using Embark.Sandbox.Hosts;

namespace Embark.Tests.Delivery;

/// <summary>Files are put in place whole or not at all, and never through somebody else's hands.</summary>
public sealed class FilesOnTheVm(SharedVm shared) : IClassFixture<SharedVm>
{
    private static readonly JoinOptions FilesOnly = new() { StartProxy = false };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Files_alone_are_brought_with_their_modes_and_no_container_is_started()
    {
        var vm = await shared.FreshAsync(docker: false);

        var run = (await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel)).Succeeded();

        var modes = await vm.RootAsync("cd /etc/istio-proxy; stat -c '%n %a' . tokens certs sidecar.env istio-ca.pem tokens/istio-token certs/root-cert.pem manifest.json; ls -A | wc -l; ls -A tokens certs");
        Assert.Equal(". 750\ntokens 700\ncerts 700\nsidecar.env 640\nistio-ca.pem 644\ntokens/istio-token 600\ncerts/root-cert.pem 644\nmanifest.json 640\n5\ncerts:\nroot-cert.pem\n\ntokens:\nistio-token\n", modes);
        Assert.DoesNotContain("docker", run.Output, StringComparison.Ordinal);
        Assert.Equal(1, run.TokensIssued);
    }

    [Fact(Timeout = 120_000)]
    public async Task Second_run_writes_nothing_and_asks_for_no_token()
    {
        var vm = await shared.FreshAsync(docker: false);
        (await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel)).Succeeded();
        var before = await vm.RootAsync("find /etc/istio-proxy -printf '%p %m %T@ %C@\\n' | sort");

        var second = (await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel)).Succeeded();

        Assert.Contains("nothing to change", second.Output, StringComparison.Ordinal);
        Assert.Equal(0, second.TokensIssued);
        Assert.Equal(before, await vm.RootAsync("find /etc/istio-proxy -printf '%p %m %T@ %C@\\n' | sort"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Directory_without_an_annotation_lies_in_the_users_home_or_in_var_lib_embark()
    {
        var vm = await shared.FreshAsync(docker: false);
        var workload = vm.Workload(FilesOnly);
        workload = workload with { Vm = workload.Vm with { Directory = null } };

        (await vm.JoinAsync(workload, cancellationToken: Cancel)).Succeeded();
        Assert.Contains("manifest.json", await vm.RootAsync("ls /home/istio-proxy/.embark/bookinfo.ratings-vm"), StringComparison.Ordinal);

        await vm.RootAsync("install -d -o istio-proxy -g istio-proxy -m 0755 /var/lib/embark");
        (await vm.JoinAsync(workload, cancellationToken: Cancel)).Succeeded();
        Assert.Contains("manifest.json", await vm.RootAsync("ls /var/lib/embark/bookinfo.ratings-vm; rm -rf /var/lib/embark"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 300_000)]
    public async Task R67_A_cut_at_any_byte_leaves_old_or_new_files_whole_and_the_next_run_converges()
    {
        var vm = await shared.FreshAsync(docker: false);
        (await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel)).Succeeded();
        var old = await vm.RootAsync("cat /etc/istio-proxy/sidecar.env");
        var workload = vm.Workload(FilesOnly) with { Labels = new Dictionary<string, string> { ["app"] = "ratings", ["version"] = new string('9', 60) } };
        var cuts = 0;

        foreach (var bytes in new[] { 3_000, 9_000, 14_000, 16_000, 18_000, 19_000, 20_000, 21_000, 22_000, 23_000, 24_000, 26_000, 28_000 })
        {
            var run = await vm.JoinAsync(workload, ssh: await CutAfterAsync(vm, bytes), cancellationToken: Cancel);
            TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes: {run.Said}");
            var now = await vm.RootAsync("cat /etc/istio-proxy/sidecar.env");
            var whole = now == old || (now.Contains($"\"version\":\"{new string('9', 60)}\"", StringComparison.Ordinal) && now.EndsWith("ISTIO_META_UNPRIVILEGED_POD=true\n", StringComparison.Ordinal));
            Assert.True(whole, $"after {bytes} bytes:\n{now}");
            if (run.Failure is null) continue;
            run.Failed(FailureClass.SshUnreachable);
            cuts++;
        }

        (await vm.JoinAsync(workload, cancellationToken: Cancel)).Succeeded();
        var cut = await vm.RootAsync("cd /etc/istio-proxy; ls -A; find . -name '.embark*'");
        await vm.ResetAsync();
        (await vm.JoinAsync(workload, cancellationToken: Cancel)).Succeeded();
        Assert.Equal(await vm.RootAsync("cd /etc/istio-proxy; ls -A; find . -name '.embark*'"), cut);
        Assert.InRange(cuts, 3, 13);
    }

    [Fact(Timeout = 120_000)]
    public async Task R69_A_full_disk_is_told_before_anything_is_written()
    {
        var vm = await shared.FreshAsync(docker: false);
        await vm.RootAsync("mount -t tmpfs -o size=64k,uid=1001,gid=1001,mode=0750 small /etc/istio-proxy; echo old >/etc/istio-proxy/sidecar.env; chown 1001:1001 /etc/istio-proxy/sidecar.env");

        var run = await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        Assert.Contains("disk full", run.Said, StringComparison.Ordinal);
        Assert.Equal("old\n", await vm.RootAsync("cat /etc/istio-proxy/sidecar.env; ls -A /etc/istio-proxy | grep -v sidecar.env || :"));
    }

    [Fact(Timeout = 120_000)]
    public async Task R69_A_disk_that_fills_while_files_are_written_leaves_the_old_ones()
    {
        var vm = await shared.FreshAsync(docker: false);
        await vm.RootAsync("mount -t tmpfs -o size=6m,uid=1001,gid=1001,mode=0750 small /etc/istio-proxy");
        (await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel)).Succeeded();
        var before = await vm.TreeAsync();
        var other = vm.Workload(FilesOnly) with { Network = "another" };

        var run = await vm.JoinAsync(other, change: async plan =>
        {
            await vm.RootAsync("cat /dev/zero >/etc/istio-proxy/foreign 2>/dev/null || :");
            return plan;
        }, cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        Assert.Contains("No space left on device", run.Said, StringComparison.Ordinal);
        await vm.RootAsync("rm /etc/istio-proxy/foreign");
        Assert.Equal(before, await vm.TreeAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task R70_No_inodes_and_a_read_only_file_system_are_told_before_anything_is_written()
    {
        var vm = await shared.FreshAsync(docker: false);
        await vm.RootAsync("mount -t tmpfs -o nr_inodes=20,uid=1001,gid=1001,mode=0750 few /etc/istio-proxy");
        var inodes = await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel);
        await vm.RootAsync("umount /etc/istio-proxy; mount -t tmpfs -o ro,uid=1001,gid=1001,mode=0750 few /etc/istio-proxy");
        var readOnly = await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel);

        inodes.Failed(FailureClass.VmNotReady);
        Assert.Contains("no inodes left", inodes.Said, StringComparison.Ordinal);
        readOnly.Failed(FailureClass.VmNotReady);
        Assert.Contains("mounted read-only", readOnly.Said, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("chown root:root /etc/istio-proxy", "belongs to uid 0")]
    [InlineData("chown nobody /etc/istio-proxy", "belongs to uid 65534")]
    [InlineData("chmod 0777 /etc/istio-proxy", "writable by everybody (mode 0777)")]
    [InlineData("chgrp users /etc/istio-proxy", "writable by group 100")]
    [InlineData("mv /etc/istio-proxy /etc/elsewhere; ln -s elsewhere /etc/istio-proxy", "is a symbolic link")]
    [InlineData("rmdir /etc/istio-proxy; touch /etc/istio-proxy", "is not a directory")]
    [InlineData("mkdir -m 0755 /etc/istio-proxy/tokens", "tokens: belongs to uid 0")]
    public async Task R73_A_directory_that_others_hold_is_refused(string fault, string words)
    {
        var vm = await shared.FreshAsync(docker: false);
        await vm.RootAsync(fault);
        var before = await vm.RootAsync("ls -lAR --time-style=full-iso /etc/istio-proxy/ /etc/elsewhere 2>&1 || :");

        var run = await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        Assert.Contains(words, run.Said, StringComparison.Ordinal);
        Assert.Equal(before, await vm.RootAsync("ls -lAR --time-style=full-iso /etc/istio-proxy/ /etc/elsewhere 2>&1 || :; rm -rf /etc/elsewhere /etc/istio-proxy"));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("install -d -o istio-proxy -g istio-proxy -m 0777 /srv/open", "/srv/open/embark", "/srv/open: is writable by others (mode 0777)")]
    [InlineData("install -d -m 1777 /srv/open", "/srv/open/embark", "/srv/open: is writable by others (mode 1777)")]
    [InlineData("install -d -o nobody -m 0755 /srv/open", "/srv/open/embark", "/srv/open: belongs to uid 65534")]
    [InlineData("mkdir /srv/real; ln -s real /srv/open", "/srv/open/embark", "/srv/open: is a symbolic link on the way")]
    [InlineData("install -d -m 0755 /srv/open", "/srv/open/embark", "cannot be written to by the SSH user")]
    public async Task R73_A_way_that_others_may_change_is_refused(string fault, string directory, string words)
    {
        var vm = await shared.FreshAsync(docker: false);
        await vm.RootAsync($"rm -rf /srv/open /srv/real; {fault}");
        var workload = vm.Workload(FilesOnly);

        var run = await vm.JoinAsync(workload with { Vm = workload.Vm with { Directory = directory } }, cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        Assert.Contains(words, run.Said, StringComparison.Ordinal);
        Assert.Equal("", await vm.RootAsync("ls -A /srv/open/"));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("ln -s /home/istio-proxy/victim /etc/istio-proxy/sidecar.env", "sidecar.env: is a symbolic link")]
    [InlineData("mkdir /home/istio-proxy/victim.d; ln -s /home/istio-proxy/victim.d /etc/istio-proxy/tokens", "tokens: is a symbolic link")]
    [InlineData("ln -s /home/istio-proxy /etc/istio-proxy/next", "next: is a symbolic link")]
    [InlineData("mkfifo /etc/istio-proxy/sidecar.env", "sidecar.env: is not a regular file")]
    public async Task R74_A_planted_link_or_pipe_is_never_followed(string fault, string words)
    {
        var vm = await shared.FreshAsync(docker: false);
        await vm.RootAsync($"echo victim >/home/istio-proxy/victim; {fault}");

        var run = await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        Assert.Contains(words, run.Said, StringComparison.Ordinal);
        Assert.Equal("victim\n", await vm.RootAsync("cat /home/istio-proxy/victim; rm -rf /home/istio-proxy/victim.d; ls -A /home/istio-proxy/.ssh | grep -v authorized_keys || :"));
    }

    [Fact(Timeout = 120_000)]
    public async Task R74_A_hard_link_keeps_its_other_content()
    {
        var vm = await shared.FreshAsync(docker: false);
        await vm.RootAsync("echo victim >/etc/istio-proxy/sidecar.env; chown istio-proxy /etc/istio-proxy/sidecar.env; ln /etc/istio-proxy/sidecar.env /etc/istio-proxy/victim");

        (await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel)).Succeeded();

        Assert.Equal("victim\n", await vm.RootAsync("cat /etc/istio-proxy/victim"));
        Assert.Contains("POD_NAME=ratings-vm", await vm.RootAsync("cat /etc/istio-proxy/sidecar.env"), StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("echo x >/etc/istio-proxy/tokens/istio-token; chown istio-proxy /etc/istio-proxy/tokens/istio-token; chmod 0666 /etc/istio-proxy/tokens/istio-token")]
    [InlineData("echo x >/etc/istio-proxy/tokens/istio-token; chmod 0600 /etc/istio-proxy/tokens/istio-token")]
    public async Task R75_A_token_with_another_mode_or_owner_is_replaced(string fault)
    {
        var vm = await shared.FreshAsync(docker: false);
        await vm.RootAsync($"install -d -o istio-proxy -g istio-proxy -m 0700 /etc/istio-proxy/tokens; {fault}");

        (await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel)).Succeeded();

        Assert.Equal($"600 istio-proxy\n{Tokens.Canary}", await vm.RootAsync("stat -c '%a %U' /etc/istio-proxy/tokens/istio-token; cat /etc/istio-proxy/tokens/istio-token"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Foreign_files_stay_through_join_and_leave()
    {
        var vm = await shared.FreshAsync(docker: false);
        await vm.RootAsync("echo mine >/etc/istio-proxy/foreign; mkdir /etc/istio-proxy/other; echo mine >/etc/istio-proxy/other/file");

        (await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel)).Succeeded();
        var left = await vm.LeaveAsync(vm.Workload(FilesOnly));

        Assert.Equal(".\n./foreign\n./other\n./other/file\n", await vm.RootAsync("cd /etc/istio-proxy; find . | sort"));
        Assert.Contains("/etc/istio-proxy is not empty; it stays", left.Output, StringComparison.Ordinal);
        Assert.Equal("", await vm.RootAsync("ls -A /home/istio-proxy/.embark 2>/dev/null || :"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Empty_directory_that_the_user_may_not_remove_is_told_from_one_that_is_not_empty()
    {
        var vm = await shared.FreshAsync(docker: false);
        (await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel)).Succeeded();

        var left = await vm.LeaveAsync(vm.Workload(FilesOnly));

        // The guide's directory lies in /etc, which is root's.
        Assert.Contains("/etc/istio-proxy is empty, but istio-proxy may not remove it; it stays (as root there: rmdir /etc/istio-proxy)", left.Output, StringComparison.Ordinal);
        Assert.Equal("", await vm.RootAsync("ls -A /etc/istio-proxy"));
    }

    /// <summary>Options of a client whose link dies after so many bytes from us.</summary>
    private static async Task<Embark.Ssh.SshOptions> CutAfterAsync(DockerVm vm, int bytes)
    {
        var path = $"{vm.Host.SshConfig}.cut{bytes}";
        var text = await File.ReadAllTextAsync(vm.Host.SshConfig, Cancel);
        var line = text.Split('\n').Single(l => l.Contains("ProxyCommand ", StringComparison.Ordinal));
        var wrapper = $"{path}.sh";
        await File.WriteAllTextAsync(wrapper, $"#!/bin/sh\ndd bs=1024 count={bytes} iflag=count_bytes status=none | {line.Trim()["ProxyCommand ".Length..].Replace("%h", "$1", StringComparison.Ordinal).Replace("%p", "$2", StringComparison.Ordinal)}\n", Cancel);
        await File.WriteAllTextAsync(path, text.Replace(line, $"    ProxyCommand sh {wrapper} %h %p", StringComparison.Ordinal), Cancel);
        Assert.True((await new Command("chmod", "600", path).RunAsync(null, Cancel)).ExitCode == 0);
        return vm.Ssh with { ConfigFile = path, AliveInterval = TimeSpan.FromSeconds(2) };
    }
}
