using System.Net;
using Embark.Planning;
using Embark.Sandbox.Vm;

namespace Embark.Tests.Delivery;

/// <summary>What a VM is not ready for is told all at once, before anything is changed.</summary>
public sealed class PreflightOnTheVm
{
    private static readonly JoinOptions FilesOnly = new() { StartProxy = false };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task RefusedAsync(DockerVm vm, JoinOptions? options, params string[] words)
    {
        var before = await vm.TreeAsync();
        var run = await vm.JoinAsync(vm.Workload(options), cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        foreach (var word in words)
            Assert.True(run.Said.Contains(word, StringComparison.Ordinal), run.Said);
        Assert.Equal(before, await vm.TreeAsync());
        Assert.Equal(0, run.TokensIssued);
    }

    [Fact(Timeout = 120_000)]
    public async Task R76_Missing_tools_are_listed()
    {
        await using var vm = await DockerVm.StartAsync(Cancel, docker: false);
        await vm.RootAsync("rm -f /usr/bin/base64 /usr/bin/tail");

        await RefusedAsync(vm, FilesOnly, "missing on the VM: base64, tail", "coreutils");
    }

    [Fact(Timeout = 120_000)]
    public async Task R76_A_VM_with_busybox_and_flock_is_good_enough_for_files()
    {
        Assert.SkipUnless(File.Exists("/bin/busybox"), "needs busybox-static");
        await using var vm = await DockerVm.StartAsync(Cancel, docker: false, new VmOptions { SshdOptions = ["SetEnv=PATH=/opt/busybox"] });
        // What our scripts call comes from busybox; flock is the one that Debian's build of it lacks.
        await vm.RootAsync("""
            mkdir /opt/busybox
            for tool in $(busybox --list); do ln -s /bin/busybox /opt/busybox/$tool; done
            for tool in base64 stat mktemp sha256sum timeout df wc tr sync tail id date mv rm mkdir chmod ln; do /opt/busybox/rm -f /usr/bin/$tool; done
            /opt/busybox/rm -f /usr/bin/openssl
            """);

        var first = await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel);
        var second = await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel);

        first.Succeeded();
        Assert.Contains("nothing to change", second.Succeeded().Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("-2h", "behind")]
    [InlineData("+2h", "ahead of")]
    public async Task R79_A_clock_that_is_wrong_is_told_with_its_skew(string skew, string direction)
    {
        const string library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
        Assert.SkipUnless(File.Exists(library), "needs faketime");
        await using var vm = await DockerVm.StartAsync(Cancel, docker: false, new VmOptions { SshdOptions = [$"SetEnv=LD_PRELOAD={library} FAKETIME={skew}"] });

        await RefusedAsync(vm, FilesOnly, "the VM's clock is", direction, "not yet valid", "timedatectl");
    }

    [Theory(Timeout = 120_000)]
    [InlineData("echo FreeBSD", "amd64", "the VM runs FreeBSD, not Linux")]
    [InlineData("echo Linux", "i686", "the VM is i686")]
    [InlineData("echo Linux", "armv7l", "the VM is armv7l")]
    public async Task R80_Another_system_or_a_32_bit_machine_is_refused(string system, string machine, string words)
    {
        await using var vm = await DockerVm.StartAsync(Cancel, docker: false, new VmOptions { SshdOptions = ["SetEnv=PATH=/opt/stub:/usr/bin:/bin"] });
        await vm.RootAsync($"mkdir /opt/stub; printf '#!/bin/sh\\nif [ \"$1\" = -m ]; then echo {machine}; else {system}; fi\\n' >/opt/stub/uname; chmod 755 /opt/stub/uname");

        await RefusedAsync(vm, FilesOnly, words);
    }

    [Fact(Timeout = 120_000)]
    public async Task R80_Root_is_no_login_for_a_proxy()
    {
        await using var vm = await DockerVm.StartAsync(Cancel, docker: false, new VmOptions { SshdOptions = ["PermitRootLogin=yes"] });
        await vm.RootAsync("mkdir -p -m 0700 /root/.ssh; cat /home/istio-proxy/.ssh/authorized_keys >/root/.ssh/authorized_keys; chmod 0755 /root; chmod 0600 /root/.ssh/authorized_keys");
        var workload = vm.Workload(FilesOnly);

        var run = await vm.JoinAsync(workload with { Vm = workload.Vm with { Ssh = workload.Vm.Ssh with { User = "root" } } }, cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        Assert.Contains("logs in as root", run.Said, StringComparison.Ordinal);
        Assert.Contains("belongs to uid 1001", run.Said, StringComparison.Ordinal);   // everything at once
    }

    [Fact(Timeout = 120_000)]
    public async Task D81_No_docker_client_is_told()
    {
        await using var vm = await DockerVm.StartAsync(Cancel, docker: false);

        await RefusedAsync(vm, null, "there is no docker command", "apt-get -y install docker.io");
    }

    [Fact(Timeout = 120_000)]
    public async Task R77_D81_A_user_outside_of_the_docker_group_is_told()
    {
        await using var vm = await DockerVm.StartAsync(Cancel, options: new VmOptions { UserMayUseDocker = false });

        await RefusedAsync(vm, null, "permission denied on its socket", "usermod -aG docker", "Embark does not use sudo");
    }

    [Fact(Timeout = 120_000)]
    public async Task D81_D82_A_server_that_is_frozen_or_down_is_told()
    {
        await using var vm = await DockerVm.StartAsync(Cancel);

        vm.FreezeDocker();
        await RefusedAsync(vm, null, "did not answer within 10 s");
        vm.ContinueDocker();
        await vm.StopDockerAsync();
        await RefusedAsync(vm, null, "the Docker server is not running", "systemctl enable --now docker");
    }

    [Theory(Timeout = 120_000)]
    [InlineData("""{"Client":{"Version":"4.3.1","APIVersion":"4.3.1"}}""", "{}", "is podman", "Emulate Docker CLI using podman.")]
    [InlineData("""{"Server":{"Version":"1.13.1","ApiVersion":"1.26","Os":"linux","Arch":"amd64"}}""", "{}", "1.13.1 (API 1.26) is too old", "")]
    [InlineData("""{"Server":{"Version":"27.0","ApiVersion":"1.46","Os":"linux","Arch":"amd64"}}""", """{"SecurityOptions":["name=seccomp","name=rootless"]}""", "rootless", "")]
    [InlineData("""{"Server":{"Version":"27.0","ApiVersion":"1.46","Os":"linux","Arch":"amd64"}}""", """{"SecurityOptions":["name=userns"]}""", "userns-remap", "")]
    [InlineData("""{"Server":{"Version":"27.0","ApiVersion":"1.46","Os":"linux","Arch":"amd64"}}""", """{"DockerRootDir":"/var/snap/docker/common/var-lib-docker"}""", "as a snap", "")]
    [InlineData("junk", "{}", "gave no version", "")]
    public async Task D83_A_docker_that_is_none_of_the_usual_kind_is_told(string version, string info, string words, string notice)
    {
        await using var vm = await DockerVm.StartAsync(Cancel, docker: false);
        await vm.RootAsync($$"""
            cat >/usr/local/bin/docker <<'END'
            #!/bin/sh
            [ -z "{{notice}}" ] || echo "{{notice}}" >&2
            case $1 in
            version) echo '{{version}}' ;;
            info) echo '{{info}}' ;;
            *) exit 1 ;;
            esac
            END
            chmod 755 /usr/local/bin/docker
            """);

        await RefusedAsync(vm, null, words);
    }

    [Fact(Timeout = 120_000)]
    public async Task J129_Everything_that_is_wrong_is_told_at_once()
    {
        await using var vm = await DockerVm.StartAsync(Cancel, docker: false);
        await vm.RootAsync("chmod 0777 /etc/istio-proxy");
        await using var holder = await vm.StubAsync(15021, "x");

        var run = await vm.JoinAsync(vm.Workload() with { InstanceIp = IPAddress.Parse("192.0.2.9") }, cancellationToken: Cancel);

        run.Failed(FailureClass.VmNotReady);
        foreach (var words in new[] { "writable by everybody", "there is no docker command", "port 15021", "socat (uid 0)|a process of uid 0", "192.0.2.9 is on no interface of the VM; there are 10.128.0.2" })
            Assert.Matches(words.Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal), run.Said);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("system $(printf 'Linux\\033[31m') x86_64")]
    [InlineData("id 99999999999999 1")]
    [InlineData("hash zzzz sidecar.env")]
    [InlineData("listen not-a-socket 0")]
    public async Task X113_Answers_that_make_no_sense_stop_with_a_plain_message(string line)
    {
        await using var vm = await DockerVm.StartAsync(Cancel, docker: false, new VmOptions { SshdOptions = ["SetEnv=PATH=/opt/stub:/usr/bin:/bin"] });
        await vm.RootAsync($"mkdir /opt/stub; printf '%s\\n' '#!/bin/sh' 'if [ \"$1\" = -s ]; then printf \"Linux x\\\\n{line.Replace("'", "'\\''", StringComparison.Ordinal)}\\\\n\"; else echo x86_64; fi' >/opt/stub/uname; chmod 755 /opt/stub/uname");

        var run = await vm.JoinAsync(vm.Workload(FilesOnly), cancellationToken: Cancel);

        Assert.IsAssignableFrom<EmbarkException>(run.Failure);
        Assert.DoesNotContain('\e', run.Said);
        Assert.Equal("", await vm.RootAsync("ls -A /etc/istio-proxy"));
    }
}
