using System.Text.Json.Nodes;

namespace Embark.EndToEnd.Tests.Steps;

/// <summary><c>embark prepare</c> makes a bare machine ready, says before what it will do, and does nothing twice.</summary>
public sealed class Preparing(BareMachine machine) : IClassFixture<BareMachine>
{
    private const string State = """
        set +e
        grep -E '^(istio-proxy|docker):' /etc/passwd /etc/group
        stat -c '%a %U %G %n' /etc/istio-proxy /home/istio-proxy/.ssh /home/istio-proxy/.ssh/authorized_keys /usr/local/sbin/embark-hosts /etc/sudoers.d/embark-hosts-* 2>&1
        cat /home/istio-proxy/.ssh/authorized_keys /etc/sudoers.d/embark-hosts-* 2>&1
        stat -c '%Z' /etc/passwd /etc/group /etc/shadow
        ls -A /root/.embark /home/admin/.embark 2>&1
        true
        """;

    [Theory(Timeout = 240_000)]
    [InlineData("root")]
    [InlineData("admin")]
    public async Task Bare_machine_is_ready_after_one_run_and_unchanged_after_two(string user)
    {
        machine.Need();
        if (user == "admin" && !File.Exists("/usr/bin/sudo")) Assert.Skip("needs sudo");
        await machine.CleanAsync();
        var before = await machine.RootAsync(State);

        var asked = await machine.EmbarkAsync("prepare", $"{user}@10.128.0.2");
        asked.ShouldEndWith(9);
        Assert.Contains("  - make the user istio-proxy", asked.Error, StringComparison.Ordinal);
        Assert.Contains("--yes", asked.Error, StringComparison.Ordinal);
        Assert.Equal(before, await machine.RootAsync(State));

        var first = await machine.EmbarkAsync("prepare", $"{user}@10.128.0.2", "--yes", "-o", "json");
        first.ShouldEndWith(0);
        Assert.True((bool)JsonNode.Parse(first.Output)!["changed"]!);
        var after = await machine.RootAsync(State);
        Assert.Contains("750 istio-proxy istio-proxy /etc/istio-proxy\n700 istio-proxy istio-proxy /home/istio-proxy/.ssh\n600 istio-proxy istio-proxy /home/istio-proxy/.ssh/authorized_keys\n", after, StringComparison.Ordinal);
        Assert.Contains("/etc/group:docker:x:2375:istio-proxy\n", after, StringComparison.Ordinal);
        Assert.DoesNotContain("lock", after, StringComparison.Ordinal);

        var login = await machine.Vm.SshAsync(null, ["docker version --format '{{.Server.Version}}' && id -un"], TestContext.Current.CancellationToken);
        Assert.True(login.ExitCode == 0, login.ToString());

        var second = await machine.EmbarkAsync("prepare", $"{user}@10.128.0.2", "--yes");
        second.ShouldEndWith(0);
        Assert.Contains("10.128.0.2 is ready, nothing to change", second.Error, StringComparison.Ordinal);
        Assert.Equal(after, await machine.RootAsync(State));
    }

    [Fact(Timeout = 120_000)]
    public async Task Account_may_run_the_hosts_script_as_root_and_nothing_else()
    {
        machine.Need();
        if (!File.Exists("/usr/bin/sudo")) Assert.Skip("needs sudo");
        (await machine.EmbarkAsync("prepare", "root@10.128.0.2", "--yes")).ShouldEndWith(0);

        var allowed = await machine.Vm.SshAsync(null, ["printf '127.0.0.2 reviews.bookinfo.svc\\n' | sudo -n /usr/local/sbin/embark-hosts apply bookinfo/some-vm && sudo -n /usr/local/sbin/embark-hosts remove bookinfo/some-vm"], TestContext.Current.CancellationToken);
        Assert.Equal("written\nwritten\n", allowed.Output);
        foreach (var command in new[] { "sudo -n id", "echo '10.0.0.1 a.b' | sudo -n /usr/local/sbin/embark-hosts apply bookinfo/some-vm", "echo '127.0.0.2 localhost' | sudo -n /usr/local/sbin/embark-hosts apply bookinfo/some-vm", "sudo -n /usr/local/sbin/embark-hosts remove ../x" })
            Assert.NotEqual(0, (await machine.Vm.SshAsync(null, [command], TestContext.Current.CancellationToken)).ExitCode);
        Assert.DoesNotContain("embark", await machine.RootAsync("cat /etc/hosts; ls -A /etc"), StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("mkdir -p /etc/istio-proxy && echo mine >/etc/istio-proxy/notes", "rm -rf /etc/istio-proxy", "not empty")]
    [InlineData("useradd -m istio-proxy && echo 'istio-proxy:!$6$abc' | chpasswd -e", "userdel -rf istio-proxy 2>/dev/null || :", "locked by somebody")]
    [InlineData("mv /usr/bin/docker /run/docker && printf '#!/bin/sh\\necho podman version 4.9\\n' >/usr/bin/docker && chmod 755 /usr/bin/docker", "mv -f /run/docker /usr/bin/docker", "podman")]
    public async Task What_it_will_not_do_is_said_and_nothing_is_changed(string before, string after, string said)
    {
        machine.Need();
        await machine.CleanAsync();
        await machine.RootAsync(before);
        try
        {
            var run = await machine.EmbarkAsync("prepare", "root@10.128.0.2", "--yes");

            run.ShouldEndWith(9);
            Assert.Contains(said, run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("embark", await machine.RootAsync("ls /usr/local/sbin /etc/sudoers.d"), StringComparison.Ordinal);
        }
        finally
        {
            await machine.RootAsync(after);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Who_may_not_be_root_is_told_what_to_do()
    {
        machine.Need();
        (await machine.EmbarkAsync("prepare", "root@10.128.0.2", "--yes")).ShouldEndWith(0);

        var run = await machine.EmbarkAsync("prepare", "istio-proxy@10.128.0.2", "--user", "other");

        run.ShouldEndWith(9);
        Assert.Contains("embark prepare --print", run.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("ID=debian", "apt-get install -y --no-install-recommends docker.io")]
    [InlineData("ID=ubuntu\nID_LIKE=debian", "apt-get install -y --no-install-recommends docker.io")]
    [InlineData("ID=fedora", "dnf -y install moby-engine")]
    [InlineData("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", "dnf -y install docker-ce docker-ce-cli containerd.io")]
    [InlineData("ID=\"amzn\"\nID_LIKE=\"fedora\"", "dnf -y install docker")]
    [InlineData("ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"", "zypper --non-interactive install docker")]
    [InlineData("ID=sles", "zypper --non-interactive install docker")]
    [InlineData("ID=alpine", "apk add docker")]
    [InlineData("ID=nixos", null)]
    public async Task Docker_is_installed_as_the_system_does_it(string osRelease, string? command)
    {
        machine.Need();
        await machine.CleanAsync();
        var print = await machine.EmbarkAsync("prepare", "--print");
        print.ShouldEndWith(0);
        // Package managers that note how they were called, and bring the client along.
        var said = await machine.RootAsync($$"""
            set +e
            rm -rf /run/fake; mkdir -p /run/fake
            cp -L /usr/bin/docker /run/docker.kept; rm -f /usr/bin/docker
            cp -L /etc/os-release /run/os-release.kept; rm -f /etc/os-release
            printf '%s\n' '{{osRelease}}' >/etc/os-release
            for name in apt-get dnf yum zypper apk curl; do
              printf '#!/bin/sh\necho "${0##*/} $*" >>/run/fake/log\ncp -p /run/docker.kept /usr/bin/docker\n' >/run/fake/$name
              chmod 755 /run/fake/$name
            done
            cat >/run/prepare.sh <<'END'
            {{print.Output}}
            END
            for shell in dash 'busybox sh'; do PATH=/run/fake:$PATH $shell -n /run/prepare.sh || echo "$shell cannot read it"; done
            PATH=/run/fake:$PATH sh /run/prepare.sh || echo "code $?"
            echo; cat /run/fake/log
            cp -p /run/docker.kept /usr/bin/docker; cp /run/os-release.kept /etc/os-release
            """);

        Assert.Contains(command is null ? "refused no way is known to install Docker on 'nixos'" : $"\n{command}\n", said, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot read it", said, StringComparison.Ordinal);
        Assert.Equal(command is not null, said.Contains("change make the user istio-proxy", StringComparison.Ordinal));
    }
}
