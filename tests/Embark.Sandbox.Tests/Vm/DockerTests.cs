using System.Text.Json.Nodes;
using Embark.Sandbox.Hosts;
using Embark.Sandbox.Vm;

namespace Embark.Sandbox.Tests.Vm;

/// <summary>A VM for all tests of a class; each makes containers of its own.</summary>
public abstract class DockerVm(string engine) : IAsyncLifetime
{
    internal VmHost? Vm { get; private set; }

    /// <summary>Why there is none.</summary>
    internal string Missing { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        try
        {
            Vm = await VmHost.StartAsync(new() { Ratings = false, Docker = Enum.Parse<VmDocker>(engine) }, TestContext.Current.CancellationToken);
        }
        catch (SandboxException missing) when (missing.HostsOnly || missing.Message.StartsWith("--engine docker needs", StringComparison.Ordinal))
        {
            Missing = missing.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Vm is not null)
            await Vm.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class StandInVm() : DockerVm(nameof(VmDocker.StandIn));

public sealed class RealEngineVm() : DockerVm(nameof(VmDocker.Engine));

/// <summary>The stand-in takes docker's words, runs programs as docker would, and fails in docker's words.</summary>
public sealed class StandInDockerTests(StandInVm fixture) : DockerTests(fixture), IClassFixture<StandInVm>
{
    [Fact(Timeout = 120_000)]
    public async Task Pull_fails_as_a_test_asks()
    {
        await Vm.SetDockerFaultsAsync(["pull toomanyrequests"], Cancel);
        var result = await DockerAsync($"docker pull {Proxy}");
        await Vm.SetDockerFaultsAsync([], Cancel);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("toomanyrequests: You have reached your pull rate limit", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Image_of_another_architecture_says_so_and_does_not_run()
    {
        await Vm.SetDockerFaultsAsync(["architecture s390x"], Cancel);
        await OkAsync("docker pull docker.io/other/proxyv2:1; docker run -d --name foreign docker.io/other/proxyv2:1 proxy sidecar");
        await Vm.SetDockerFaultsAsync([], Cancel);

        Assert.Equal("s390x\n", await OkAsync("docker image inspect --format '{{.Architecture}}' docker.io/other/proxyv2:1"));
        Assert.Equal("1\n", await OkAsync("docker wait foreign"));
    }

    [Fact(Timeout = 120_000)]
    public async Task D91_Container_comes_back_after_the_engine_was_killed()
    {
        await RunTwoAsync();

        Vm.Engine!.Signal(Native.SigKill);
        await Vm.StartEngineAsync(Cancel);

        Assert.Equal("true false\n", await UntilAsync(WhatRuns, text => text.StartsWith("true", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 120_000)]
    public async Task Proxy_can_be_made_to_crash()
    {
        await Vm.SetDockerFaultsAsync(["program echo broken; exit 5"], Cancel);
        await OkAsync("docker run -d --name broken docker.io/crashing/proxyv2:2 proxy sidecar");
        await Vm.SetDockerFaultsAsync([], Cancel);

        Assert.Equal("5\nbroken\n", await OkAsync("docker wait broken; docker logs broken"));
    }
}

/// <summary>What holds for the stand-in holds for the real engine.</summary>
public sealed class RealDockerTests(RealEngineVm fixture) : DockerTests(fixture), IClassFixture<RealEngineVm>;

public abstract class DockerTests : IAsyncDisposable
{
    private readonly DockerVm _fixture;

    protected DockerTests(DockerVm fixture)
    {
        _fixture = fixture;
        if (fixture.Vm is null)
            Assert.Skip($"needs hosts with docker: {fixture.Missing}");
    }

    internal VmHost Vm => _fixture.Vm!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected const string Proxy = "docker.io/istio/proxyv2:1.30.3";

    [Fact(Timeout = 120_000)]
    public async Task Proxy_runs_with_the_words_of_the_modern_plan()
    {
        await PrepareAsync("plan");

        await OkAsync($"docker pull {Proxy}; docker run -d --name plan --restart unless-stopped {PlanWords("plan")} {Proxy} proxy sidecar --proxyLogLevel warning,misc:error");
        var inside = await OkAsync("docker exec plan sh -c 'id -u; id -g; grep istiod /etc/hosts; cat /var/run/secrets/tokens/istio-token; echo; touch /etc/certs/new && echo writable; "
            + "touch /nothing 2>/dev/null || echo read-only; touch /var/run/secrets/tokens/x 2>/dev/null || echo token-read-only; touch /etc/istio/proxy/x && echo tmpfs; "
            + "grep -E \"CapBnd|NoNewPrivs\" /proc/self/status'");

        Assert.Equal(
            "1001\n1001\n203.0.113.7\tistiod.istio-system.svc\ncanary\nwritable\nread-only\ntoken-read-only\ntmpfs\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n", inside);
    }

    [Fact(Timeout = 120_000)]
    public async Task Proxy_says_who_it_is_and_never_the_token()
    {
        await PrepareAsync("report");

        await OkAsync($"docker run -d --name report {PlanWords("report")} {Proxy} proxy sidecar");
        var log = await LogAsync("report", "Starting proxy agent");

        Assert.Contains("Proxy role\tips=[10.128.0.2] type=sidecar id=ratings-vm.bookinfo", log, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", log, StringComparison.Ordinal);
        Assert.DoesNotContain("proxy is ready", log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_proxy_stands_on_the_bridge_ports_and_says_503_without_istiod()
    {
        await PrepareAsync("side");
        await PrepareAsync("side.bridge",
            """PROXY_CONFIG={"discoveryAddress":"istiod.istio-system.svc:15012","proxyAdminPort":16100,"statusPort":16120}""", "ENVOY_STATUS_PORT=16121", "ENVOY_PROMETHEUS_PORT=16190");
        await OkAsync($"docker run -d --name side.bridge {PlanWords("side.bridge")} {Proxy} proxy sidecar");
        await LogAsync("side.bridge", "Starting proxy agent");

        Assert.Equal("HTTP/1.1 503 Service Unavailable", await ProbeAsync(16120));
    }

    [Fact(Timeout = 120_000)]
    public async Task Proxy_without_root_certificate_ends_with_the_agents_words()
    {
        await PrepareAsync("rootless");
        await OkAsync("rm /etc/istio-proxy/rootless/certs/root-cert.pem");

        await OkAsync($"docker run -d --name rootless {PlanWords("rootless")} {Proxy} proxy sidecar; docker wait rootless");

        Assert.Contains("\tfatal\tinvalid config - istiod.istio-system.svc:15012 missing a root certificate /etc/certs/root-cert.pem",
            await OkAsync("docker logs rootless"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Proxy_whose_port_is_taken_ends_with_code_0_and_the_agents_words()
    {
        await PrepareAsync("taken", "ENVOY_STATUS_PORT=22");

        await OkAsync($"docker run -d --name taken {PlanWords("taken")} {Proxy} proxy sidecar");

        Assert.Equal("0\n", await OkAsync("docker wait taken"));
        Assert.Contains("cannot bind '0.0.0.0:22': ", await OkAsync("docker logs taken"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Image_is_pulled_with_a_digest_and_runs_by_it()
    {
        var answer = JsonNode.Parse(await OkAsync($"docker pull -q {Proxy} >&2; docker image inspect {Proxy}"))![0]!;
        var digest = (string)answer["RepoDigests"]![0]!;

        Assert.StartsWith("istio/proxyv2@sha256:", digest, StringComparison.Ordinal);
        Assert.Equal("linux", (string?)answer["Os"]);
        Assert.Equal((string?)answer["Id"] + "\n", await OkAsync($"docker image inspect --format '{{{{.Id}}}}' docker.io/{digest}"));
        await OkAsync($"docker create --name by-digest docker.io/{digest} proxy sidecar; docker rm by-digest");
    }

    [Fact(Timeout = 120_000)]
    public async Task Unknown_image_fails_as_at_a_registry()
    {
        var result = await DockerAsync("docker pull docker.io/istio/nothing:1");

        Assert.Equal(1, result.ExitCode);
        Assert.Matches("manifest unknown|network is unreachable|no such host", result.Error);
        Assert.Equal(125, (await DockerAsync("docker run -d docker.io/istio/nothing:1")).ExitCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task Failed_program_is_restarted_and_counted()
    {
        await OkAsync("docker run -d --name crash --restart unless-stopped busybox sh -c 'echo dying; exit 3'");
        // While it runs, its exit code reads 0, as with docker.
        await UntilAsync("docker inspect --format '{{.State.ExitCode}} {{.RestartCount}}' crash", text => text.StartsWith("3 ", StringComparison.Ordinal) && int.Parse(text[2..], null) >= 2);

        Assert.Contains("dying", await OkAsync("docker logs --tail 1 crash"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Stop_start_rename_and_remove_behave_as_docker()
    {
        await OkAsync("docker run -d --name life --label embark.managed=true busybox sleep 1000");
        Assert.Equal(1, (await DockerAsync("docker rm life")).ExitCode);
        await OkAsync("docker stop -t 1 life; docker rename life life.old");
        Assert.Equal("life.old exited\n", await OkAsync("docker ps -a --filter name=^life.old$ --format '{{.Names}} {{.State}}'"));
        await OkAsync("docker start life.old");
        Assert.Equal("true\n", await OkAsync("docker inspect --format '{{.State.Running}}' life.old"));
        Assert.Contains("already in use", (await DockerAsync("docker run -d --name life.old busybox sleep 1")).Error, StringComparison.Ordinal);
        await OkAsync("docker rm -f life.old");
        Assert.Equal("", await OkAsync("docker ps -aq --filter name=life.old"));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("docker inspect --type container none", 1, "No such container: none")]
    [InlineData("docker stop none", 1, "No such container: none")]
    [InlineData("docker run busybox nothing-here", 127, "executable file not found in $PATH")]
    [InlineData("docker run --nothing busybox", 125, "unknown flag: --nothing")]
    [InlineData("docker run --mount type=bind,source=/none,target=/x busybox", 125, "bind source path does not exist: /none")]
    [InlineData("docker run --env-file /none busybox", 125, "open /none: no such file or directory")]
    [InlineData("printf 'A B=1\\n' >/tmp/bad.env; docker run --env-file /tmp/bad.env busybox true", 125, "variable 'A B' contains whitespaces")]
    [InlineData("DOCKER_HOST=unix:///none docker ps", 1, "Cannot connect to the Docker daemon at unix:///none. Is the docker daemon running?")]
    public async Task Mistake_is_told_in_dockers_words(string command, int exitCode, string words)
    {
        var result = await DockerAsync(command);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Environment_file_is_taken_literally()
    {
        await OkAsync("printf '# comment\\n\\n  A=\"quoted\"  \\nB=a=b#c\\nHOME\\nNOT_SET_HERE\\n' >/tmp/good.env");

        var environment = await OkAsync("docker run --rm --env-file /tmp/good.env busybox env");

        Assert.Contains("A=\"quoted\"  \n", environment, StringComparison.Ordinal);
        Assert.Contains("B=a=b#c\n", environment, StringComparison.Ordinal);
        Assert.Contains("HOME=/home/istio-proxy\n", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("NOT_SET_HERE", environment, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Words_of_the_guides_profile_are_understood()
    {
        await PrepareAsync("guide", "PROV_CERT=/var/run/secrets/istio");
        await OkAsync($"docker run -d --name guide --restart unless-stopped --network host -v /etc/istio-proxy/guide/certs/root-cert.pem:/var/run/secrets/istio/root-cert.pem "
            + "-v /etc/istio-proxy/guide/tokens/istio-token:/var/run/secrets/tokens/istio-token --env-file /etc/istio-proxy/guide/sidecar.env "
            + "--add-host istiod.istio-system:203.0.113.7 --add-host istiod.istio-system.svc:203.0.113.7 docker.io/tetrate/proxyv2:1.7.3 "
            + "proxy sidecar --serviceCluster ratings.bookinfo --concurrency 0 --proxyLogLevel info --proxyComponentLogLevel misc:info --trust-domain cluster.local");

        Assert.Equal("0\nroot\n", await OkAsync("docker exec guide id -u; docker exec guide cat /var/run/secrets/istio/root-cert.pem"));
    }

    // Ports of the host network are free again for the next test.
    public async ValueTask DisposeAsync()
    {
        await DockerAsync("docker rm -f $(docker ps -aq)");
        GC.SuppressFinalize(this);
    }

    [Fact(Timeout = 90_000)]
    public async Task D91_Container_comes_back_after_a_restart_of_the_engine_unless_it_was_stopped()
    {
        await RunTwoAsync();

        await Vm.StartEngineAsync(Cancel);

        Assert.Equal("true false\n", await UntilAsync(WhatRuns, text => text.StartsWith("true", StringComparison.Ordinal)));
    }

    protected const string WhatRuns = "echo $(docker inspect --format '{{.State.Running}}' back down)";

    protected Task<string> RunTwoAsync() => OkAsync("""
        docker run -d --name back --restart unless-stopped busybox sh -c 'trap exit TERM; while true; do sleep 1; done'
        docker run -d --name down --restart unless-stopped busybox sleep 1000
        docker stop -t 0 down
        """);

    [Fact(Timeout = 120_000)]
    public async Task D82_Frozen_engine_does_not_answer()
    {
        await OkAsync("docker ps");
        Vm.Engine!.Signal(Native.SigStop);
        var result = await DockerAsync("timeout 2 docker ps");
        Vm.Engine.Signal(Native.SigCont);

        Assert.Equal(124, result.ExitCode);
    }

    internal Task<CommandResult> DockerAsync(string script) => Vm.SshAsync(script + "\n", ["sh", "-s"], Cancel);

    protected async Task<string> OkAsync(string script)
    {
        var result = await DockerAsync($"set -e\n{script}");
        Assert.True(result.ExitCode == 0, $"{script}: {result.ExitCode}: {result.Output}{result.Error}");
        return result.Output;
    }

    private Task<string> PrepareAsync(string name, params string[] variables) => OkAsync($$"""
        umask 077
        mkdir -p /etc/istio-proxy/{{name}}/tokens /etc/istio-proxy/{{name}}/certs
        printf canary >/etc/istio-proxy/{{name}}/tokens/istio-token
        echo root >/etc/istio-proxy/{{name}}/certs/root-cert.pem
        cat >/etc/istio-proxy/{{name}}/sidecar.env <<'END'
        PROV_CERT=/etc/certs
        POD_NAME=ratings-vm
        POD_NAMESPACE=bookinfo
        INSTANCE_IP=10.128.0.2
        {{string.Join('\n', variables)}}
        END
        """);

    private static string PlanWords(string name) =>
        $"--network host --user $(id -u):$(id -g) --cap-drop ALL --security-opt no-new-privileges --read-only "
        + "--tmpfs /etc/istio/proxy:rw,noexec,nosuid,nodev,size=64m,uid=$(id -u),gid=$(id -g),mode=0750 "
        + "--tmpfs /var/run/secrets/workload-spiffe-uds:rw,noexec,nosuid,nodev,size=1m,uid=$(id -u),gid=$(id -g),mode=0750 "
        + $"--mount type=bind,source=/etc/istio-proxy/{name}/tokens,target=/var/run/secrets/tokens,readonly "
        + $"--mount type=bind,source=/etc/istio-proxy/{name}/certs,target=/etc/certs --env-file /etc/istio-proxy/{name}/sidecar.env "
        + "--add-host istiod.istio-system.svc:203.0.113.7 --label embark.managed=true --log-opt max-size=10m --memory 512m --cpus 1.5";

    private async Task<string> LogAsync(string container, string until) => await UntilAsync($"docker logs {container}", text => text.Contains(until, StringComparison.Ordinal));

    protected async Task<string> UntilAsync(string script, Func<string, bool> holds)
    {
        while (true)
        {
            var text = await OkAsync(script);
            if (holds(text))
                return text;
            await Task.Delay(100, Cancel);
        }
    }

    private async Task<string> ProbeAsync(int port) =>
        (await Vm.SshAsync($"exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'GET /healthz/ready HTTP/1.0\\r\\n\\r\\n' >&3; head -n 1 <&3 | tr -d '\\r'", ["bash", "-s"], Cancel)).Output.Trim();
}
