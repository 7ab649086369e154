using Embark.Sandbox.Hosts;
using Embark.Sandbox.Vm;

namespace Embark.Sandbox.Tests.Vm;

/// <summary>The VM of the sandbox is a machine of its own, reached by real SSH.</summary>
public sealed class VmTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Vm_is_reached_by_its_address_with_the_ssh_config_alone()
    {
        await using var vm = await StartAsync(new() { Docker = VmDocker.None });

        var result = await vm.SshAsync(null, ["id -un; hostname; cat /etc/hostname"], Cancel);

        Assert.Equal("istio-proxy\nratings-vm\nratings-vm\n", result.Output);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Script_on_stdin_runs_and_its_exit_code_comes_back()
    {
        await using var vm = await StartAsync(new() { Docker = VmDocker.None, Ratings = false });

        var result = await vm.SshAsync("main() { echo out; echo err >&2; exit 7; }; main\n", ["sh", "-s"], Cancel);

        Assert.Equal(new CommandResult(7, "out\n", "err\n"), result);
    }

    [Fact(Timeout = 60_000)]
    public async Task Large_output_and_input_pass_unharmed()
    {
        await using var vm = await StartAsync(new() { Docker = VmDocker.None, Ratings = false });
        var text = new string('x', 3_000_000) + "\n";

        var result = await vm.SshAsync(text, ["cat"], Cancel);

        Assert.Equal(text.Length, result.Output.Length);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Guides_directory_belongs_to_the_user_with_mode_0775()
    {
        await using var vm = await StartAsync(new() { Docker = VmDocker.None, Ratings = false });

        var result = await vm.SshAsync(null, ["stat -c '%a %U:%G' /etc/istio-proxy; id -Gn"], Cancel);

        Assert.Equal("775 istio-proxy:istio-proxy\nistio-proxy docker\n", result.Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task Vm_reaches_the_gateway_address_and_no_pod()
    {
        await using var vm = await StartAsync(new() { Docker = VmDocker.None, Ratings = false });

        var gateway = await vm.SshAsync(null, ["ip route get 10.4.100.1"], Cancel);
        var pod = await vm.SshAsync(null, ["ip route get 10.4.0.5"], Cancel);

        Assert.Contains("via 10.128.0.1", gateway.Output, StringComparison.Ordinal);
        Assert.Contains("unreachable", pod.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Ratings_application_answers_on_the_loopback_of_the_vm()
    {
        await using var vm = await StartAsync(new() { Docker = VmDocker.None });

        var result = await vm.SshAsync(null,
            ["exec 3<>/dev/tcp/127.0.0.1/9080; printf 'GET /ratings/7 HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"], Cancel);

        Assert.Contains("200 OK", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("""{"id":7,"ratings":{"Reviewer1":5,"Reviewer2":4}}""", result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Users_and_files_of_the_vm_do_not_touch_the_machine()
    {
        var marker = $"e{Guid.NewGuid():n}"[..20];
        await using var vm = await StartAsync(new() { Docker = VmDocker.None, Ratings = false, User = "embark-only" });

        await vm.RootAsync($"useradd -M {marker}; echo x >/etc/{marker}; echo x >/usr/bin/{marker}; echo x >/var/run/{marker}; rm /usr/bin/env", Cancel);

        Assert.DoesNotContain(marker, await File.ReadAllTextAsync("/etc/passwd", Cancel), StringComparison.Ordinal);
        Assert.DoesNotContain("embark-only", await File.ReadAllTextAsync("/etc/passwd", Cancel), StringComparison.Ordinal);
        Assert.All(["/etc", "/usr/bin", "/run"], directory => Assert.False(File.Exists($"{directory}/{marker}")));
        Assert.True(File.Exists("/usr/bin/env"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Sshd_options_are_obeyed()
    {
        await using var vm = await StartAsync(new() { Docker = VmDocker.None, Ratings = false, SshdOptions = ["ForceCommand=echo forced"] });

        Assert.Equal("forced\n", (await vm.SshAsync(null, ["echo free"], Cancel)).Output);

        await vm.StartSshdAsync(["AllowUsers=nobody"], Cancel);
        Assert.Equal(255, (await vm.SshAsync(null, ["echo free"], Cancel)).ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Changed_host_key_is_refused()
    {
        await using var vm = await StartAsync(new() { Docker = VmDocker.None, Ratings = false });
        await vm.RootAsync("rm /etc/ssh/ssh_host_ed25519_key; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key", Cancel);
        await vm.StartSshdAsync([], Cancel);

        var result = await vm.SshAsync(null, ["true"], Cancel);

        Assert.Equal(255, result.ExitCode);
        Assert.Contains("REMOTE HOST IDENTIFICATION HAS CHANGED", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Vm_with_ipv6_is_reached_by_it()
    {
        await using var vm = await StartAsync(new() { Docker = VmDocker.None, Ratings = false, IPv6 = true });

        var result = await new Command("ssh", "-F", vm.SshConfig, "-l", vm.Login, "--", "2001:db8:128::2", "echo $SSH_CONNECTION").RunAsync(null, Cancel);

        Assert.Contains("2001:db8:128::2 22", result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_vms_stand_side_by_side_with_the_same_address()
    {
        await using var one = await StartAsync(new() { Docker = VmDocker.None, Ratings = false });
        await using var two = await StartAsync(new() { Docker = VmDocker.None, Ratings = false });
        await one.RootAsync("echo one >/etc/istio-proxy/which", Cancel);

        Assert.Equal("one\n", (await one.SshAsync(null, ["cat /etc/istio-proxy/which"], Cancel)).Output);
        Assert.Equal("gone\n", (await two.SshAsync(null, ["cat /etc/istio-proxy/which 2>/dev/null || echo gone"], Cancel)).Output);
    }

    internal static async Task<VmHost> StartAsync(VmOptions options)
    {
        try
        {
            return await VmHost.StartAsync(options, Cancel);
        }
        catch (SandboxException missing) when (missing.Message.StartsWith("hosts need", StringComparison.Ordinal)
            || missing.Message.StartsWith("root may not", StringComparison.Ordinal))
        {
            Assert.Skip($"needs hosts: {missing.Message}");
            throw;
        }
    }
}
