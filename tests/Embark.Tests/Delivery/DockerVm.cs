using System.Text;
using Embark.Delivery;
using Embark.Kubernetes;
using Embark.Mesh;
using Embark.Planning;
using Embark.Sandbox;
using Embark.Sandbox.Hosts;
using Embark.Sandbox.Vm;
using Embark.Ssh;
using Embark.Tests.Planning;

namespace Embark.Tests.Delivery;

/// <summary>
/// A VM with a real sshd and, unless a test does without, a real dockerd: both in namespaces of their own with a root on tmpfs. It has images whose
/// agent stays up, ends, or crashes; none can be pulled, since there is no registry.
/// </summary>
internal sealed class DockerVm : IAsyncDisposable
{
    /// <summary>Stays up; its tag is the one that the guide's example asks for.</summary>
    public const string GoodImage = "docker.io/tetrate/proxyv2:1.30.3";

    private HostProcess? _dockerd;

    private DockerVm(VmHost host) => Host = host;

    public VmHost Host { get; }

    public static async Task<DockerVm> StartAsync(CancellationToken cancellationToken, bool docker = true, VmOptions? options = null)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: hosts in namespaces");
        Assert.SkipUnless(File.Exists("/usr/sbin/sshd"), "needs sshd");
        Assert.SkipUnless(!docker || (File.Exists("/usr/sbin/dockerd") && File.Exists("/usr/bin/docker")), "needs dockerd");
        Assert.SkipUnless(!docker || File.Exists("/bin/busybox"), "needs busybox-static");
        try
        {
            var vm = new DockerVm(await VmHost.StartAsync((options ?? new()) with { Docker = docker ? VmDocker.Engine : VmDocker.None, Ratings = false }, cancellationToken, $"/tmp/embark-vm-{Guid.NewGuid().ToString("n")[..8]}"));
            if (docker) await vm.StartDockerAsync(cancellationToken);
            return vm;
        }
        catch (SandboxException e)
        {
            Assert.Skip($"needs namespaces: {e.Message}");
            throw;
        }
    }

    /// <summary>The guide's entry, reached by the VM's own address.</summary>
    public WorkloadEntry Workload(JoinOptions? options = null) => GuideExample.Workload with
    {
        Vm = GuideExample.Workload.Vm with { Ssh = new SshTarget(Host.Login, Host.Address, 22), Options = options ?? new() },
    };

    /// <summary>How long a proxy must stay up: shorter than for users, so that many deliveries can be tried.</summary>
    public int SecondsUp { get; set; } = 1;

    public SshOptions Ssh => new() { LockWait = TimeSpan.FromSeconds(20), ConfigFile = Host.SshConfig, KnownHostsFile = Host.KnownHosts, Holder = "tester@here" };

    /// <summary>As a fresh VM: no container, nothing of ours, the guide's directory.</summary>
    public async Task ResetAsync()
    {
        await RootAsync("""
            rm -f /usr/local/bin/docker
            if [ -S /var/run/docker.sock ]; then timeout 20 docker ps -aq | xargs -r timeout 20 docker rm --force >/dev/null 2>&1 || :; fi
            umount /etc/istio-proxy 2>/dev/null || :
            rm -rf /etc/istio-proxy /home/istio-proxy/.embark /home/istio-proxy/victim
            mkdir /etc/istio-proxy
            chmod 0775 /etc/istio-proxy
            chown istio-proxy:istio-proxy /etc/istio-proxy
            """);
    }

    /// <summary>Names, types, modes and contents of everything below the guide's directory.</summary>
    public Task<string> TreeAsync() =>
        RootAsync("cd /etc/istio-proxy && find . -printf '%p %y %m %U:%G\n' | sort && find . -type f | sort | xargs -r sha256sum");

    public async Task<string> RootAsync(string script) => await Host.RootAsync(script, TestContext.Current.CancellationToken);

    public async Task<string> DockerAsync(string words) => (await RootAsync($"docker {words}")).Trim();

    /// <summary>One run of the product: ask, plan, deliver; gives all that it printed.</summary>
    public async Task<Run> JoinAsync(
        WorkloadEntry? workload = null, MeshSettings? mesh = null, Func<Plan, Task<Plan>>? change = null, string token = Tokens.Canary,
        SshOptions? ssh = null, CancellationToken cancellationToken = default, CancellationToken forced = default)
    {
        using var output = new StringWriter();
        var issued = 0;
        var transcript = new Transcript(output, dryRun: false);
        Exception? failure = null;
        Plan? plan = null;
        await using (var vm = new VmOverSsh(ssh ?? Ssh, transcript, TimeProvider.System) { Forced = forced, SecondsUp = SecondsUp })
        {
            try
            {
                var facts = await vm.LearnAsync(workload ?? Workload(), cancellationToken);
                plan = Planner.For(mesh ?? GuideExample.Mesh, workload ?? Workload(), facts);
                if (change is not null) plan = await change(plan);
                await new SshSink(vm, new TokenIssuer(Issue), transcript, TimeProvider.System).DeliverAsync(plan, cancellationToken);
            }
            catch (Exception e) when (e is EmbarkException or OperationCanceledException)
            {
                failure = e;
            }
        }
        return new Run(output.ToString(), plan, failure, issued);

        Task<ServiceAccountToken> Issue(FileContent.WorkloadToken wanted, CancellationToken _)
        {
            issued++;
            return Task.FromResult(new ServiceAccountToken(new Secret(Encoding.ASCII.GetBytes(token)), TimeProvider.System.GetUtcNow() + wanted.Lifetime));
        }
    }

    public async Task<Run> LeaveAsync(WorkloadEntry? workload = null)
    {
        using var output = new StringWriter();
        var transcript = new Transcript(output, dryRun: false);
        await using var vm = new VmOverSsh(Ssh, transcript, TimeProvider.System) { Purpose = VmPurpose.Leave };
        var facts = await vm.LearnAsync(workload ?? Workload(), default);
        var plan = Planner.ToLeave(workload ?? Workload(), facts);
        await new SshSink(vm, new TokenIssuer((_, _) => throw new InvalidOperationException("no token is needed to leave")), transcript, TimeProvider.System).DeliverAsync(plan, default);
        vm.Close();
        return new Run(output.ToString(), plan, null, 0);
    }

    /// <summary>Makes an image whose agent runs this shell text.</summary>
    public Task<string> ImageAsync(string name, string agent) => RootAsync($$"""
        root=$(mktemp -d)
        mkdir -p $root/bin $root/usr/local/bin $root/etc/istio/proxy $root/etc/certs $root/tmp $root/var/lib/istio/data $root/var/run/secrets/tokens $root/var/run/secrets/workload-spiffe-uds
        cp /bin/busybox $root/bin/
        for a in sh sleep cat env echo date; do ln -s busybox $root/bin/$a; done
        cat >$root/usr/local/bin/pilot-agent <<'AGENT'
        #!/bin/sh
        {{agent}}
        AGENT
        chmod -R a+rX $root; chmod 755 $root/usr/local/bin/pilot-agent
        tar -C $root -c . | docker import --change 'ENTRYPOINT ["/usr/local/bin/pilot-agent"]' - {{name}}
        rm -rf $root
        """);

    /// <summary>Loads an image that says it is for another architecture.</summary>
    public Task<string> ForeignImageAsync(string name) => RootAsync($$$"""
        rm -rf /tmp/foreign; mkdir /tmp/foreign; cd /tmp/foreign
        mkdir root; echo x >root/x; tar -C root -cf layer.tar .
        printf '{"architecture":"arm64","os":"linux","config":{"Cmd":["/x"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$(sha256sum <layer.tar | cut -d' ' -f1)" >config.json
        printf '[{"Config":"config.json","RepoTags":["{{{name}}}"],"Layers":["layer.tar"]}]' >manifest.json
        tar -c manifest.json config.json layer.tar | docker load
        """);

    /// <summary>Something on the VM that listens on a port, as root, and answers every connection with one text.</summary>
    public async Task<HostProcess> StubAsync(int port, string answer)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/socat"), "needs socat");
        var file = $"/tmp/stub-{port}";
        await RootAsync($"printf '%s' '{Convert.ToBase64String(Encoding.ASCII.GetBytes(answer))}' | base64 -d >{file}");
        var log = Path.Combine(Path.GetDirectoryName(Host.SshConfig)!, $"stub-{port}.log");
        File.Delete(log);
        var stub = Host.Host.Start(log, Command.Plain, "socat", "-d", "-d", $"TCP-LISTEN:{port},fork,reuseaddr", $"SYSTEM:cat {file}; sleep 0.2");
        await stub.WaitForLogAsync("listening on", TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        return stub;
    }

    /// <summary>An agent that stays up until it is told to stop.</summary>
    public const string StaysUp = "trap 'exit 0' TERM\necho up\nwhile :; do sleep 1 & wait $!; done";

    public async Task StartDockerAsync(CancellationToken cancellationToken)
    {
        var log = Path.Combine(Path.GetDirectoryName(Host.SshConfig)!, "dockerd.log");
        await RootAsync("""
            if [ ! -d /sys/fs/cgroup/memory ] && [ ! -f /sys/fs/cgroup/cgroup.controllers ]; then
              mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
              while read -r name id number on; do
                if [ "$on" = 1 ]; then mkdir -p /sys/fs/cgroup/$name; mount -t cgroup -o $name cgroup /sys/fs/cgroup/$name || rmdir /sys/fs/cgroup/$name; fi
              done </proc/cgroups
            fi
            mkdir -p /srv/docker; mountpoint -q /srv/docker || mount -t tmpfs -o mode=755 docker /srv/docker
            """);
        File.Delete(log);
        _dockerd = Host.Host.Start(log, Command.Plain, "/usr/sbin/dockerd", "--data-root", "/srv/docker/data", "--exec-root", "/run/docker-exec", "--pidfile", "/run/dockerd.pid",
            "-H", "unix:///var/run/docker.sock", "-G", "docker", "--bridge=none", "--iptables=false", "--ip6tables=false", "--cgroup-parent", $"/embark-test-{Environment.ProcessId}");
        await _dockerd.WaitForLogAsync("API listen on", TimeSpan.FromSeconds(30), cancellationToken);
        if (!(await DockerAsync("images -q")).Contains('\n')) await ImageAsync(GoodImage, StaysUp);
    }

    public async Task StopDockerAsync()
    {
        if (_dockerd is not null) await _dockerd.DisposeAsync();
        _dockerd = null;
    }

    public void FreezeDocker() => _dockerd!.Signal(19);   // SIGSTOP

    /// <summary>nsenter, which waits for dockerd, stops itself with it.</summary>
    public void ContinueDocker()
    {
        var pid = _dockerd!.Pid!.Value;
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var parent = int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null);
        _ = Native.Kill(pid, 18);   // SIGCONT
        _ = Native.Kill(parent, 18);
    }

    public async ValueTask DisposeAsync()
    {
        if (_dockerd is not null)
        {
            try { await RootAsync("docker ps -aq | xargs -r docker rm --force >/dev/null"); }
            catch (SandboxException) { /* the engine is gone: its containers end with the host */ }
            await _dockerd.DisposeAsync();
        }
        await Host.DisposeAsync();
    }
}

/// <summary>What one run printed, planned and ended with.</summary>
internal sealed record Run(string Output, Plan? Plan, Exception? Failure, int TokensIssued)
{
    public Run Succeeded()
    {
        Assert.True(Failure is null, $"{Failure}\n{(Failure as InvalidInputException)?.Problems.Aggregate("", (a, p) => $"{a}{p}\n")}\n{Output}");
        return this;
    }

    public EmbarkException Failed(FailureClass failure)
    {
        var e = Assert.IsAssignableFrom<EmbarkException>(Failure);
        Assert.True(e.Failure == failure, $"{e.Failure}: {Said}\n{Output}");
        return e;
    }

    /// <summary>All that a user would read of a failure.</summary>
    public string Said => Failure is InvalidInputException input ? string.Join('\n', input.Problems) : $"{Failure?.Message}\n{(Failure as EmbarkException)?.Fix}";
}

internal static class Tokens
{
    /// <summary>A token like no other text, so that it can be looked for.</summary>
    public const string Canary = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJDQU5BUlktNWY3YjJjIn0.c2lnbmF0dXJlLUNBTkFSWS01ZjdiMmM";
}
