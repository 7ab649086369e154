using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Vm;

/// <summary>The guide's VM: a host with real sshd, a login user, Docker, and the ratings application on its loopback.</summary>
internal sealed class VmHost : IAsyncDisposable
{
    private readonly VmOptions _options;
    private readonly RunDirectory _directory;
    private readonly Fabric _fabric;
    private readonly bool _ownsAll;
    private HostProcess? _registry;

    private VmHost(VmOptions options, RunDirectory directory, Fabric fabric, NetworkHost host, SshKeys keys, bool ownsAll)
    {
        (_options, _directory, _fabric, Host, Keys, _ownsAll) = (options, directory, fabric, host, keys, ownsAll);
        Address = options.Address.Split('/')[0];
    }

    /// <summary>The host below.</summary>
    public NetworkHost Host { get; }

    /// <summary>The network it is on.</summary>
    public required Network Network { get; init; }

    /// <summary>Address that the operator and the mesh know it by.</summary>
    public string Address { get; }

    public SshKeys Keys { get; }

    /// <summary>Real sshd; can be ended and started anew by tests.</summary>
    public HostProcess? Sshd { get; private set; }

    /// <summary>dockerd or the stand-in; null where there is none.</summary>
    public HostProcess? Engine { get; private set; }

    /// <summary>The ratings application.</summary>
    public HostProcess? Ratings { get; private set; }

    /// <summary>Path of an ssh_config that reaches the VM by its address from anywhere on the machine.</summary>
    public string SshConfig => _directory.File("ssh", "config");

    public string KnownHosts => _directory.File("ssh", "known_hosts");

    public string Login => _options.User;

    /// <summary>The router between the VM and everything else, where the operator stands.</summary>
    public NetworkHost Edge => _fabric.Edge;

    /// <summary>Starts one VM and nothing else, in a run directory of its own.</summary>
    public static async Task<VmHost> StartAsync(VmOptions options, CancellationToken cancellationToken, string? directory = null)
    {
        var run = RunDirectory.Open(directory ?? RunDirectory.Fresh());
        Fabric? fabric = null;
        try
        {
            fabric = await Fabric.StartAsync(run, new HostSpec("edge"), cancellationToken);
            return await StartAsync(options, run, fabric, ownsAll: true, cancellationToken);
        }
        catch
        {
            if (fabric is not null)
                await fabric.DisposeAsync();
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the VM on a fabric that has others on it.</summary>
    public static Task<VmHost> StartAsync(VmOptions options, RunDirectory directory, Fabric fabric, CancellationToken cancellationToken) =>
        StartAsync(options, directory, fabric, ownsAll: false, cancellationToken);

    private static async Task<VmHost> StartAsync(
        VmOptions options, RunDirectory directory, Fabric fabric, bool ownsAll, CancellationToken cancellationToken)
    {
        directory.MakeDirectory("log");
        if (options.Docker == VmDocker.Engine)
            VmSetup.RequireDockerDaemon(fabric.Rootless);
        var keys = await SshKeys.MakeAsync(directory, cancellationToken);
        var host = await fabric.AddHostAsync(VmSetup.SpecFor(options, keys), cancellationToken);
        var network = new Network("vm", options.EdgeAddress) { EdgeAddress6 = options.IPv6 ? "2001:db8:128::1/64" : null };
        var vm = new VmHost(options, directory, fabric, host, keys, ownsAll) { Network = network };

        await fabric.AddNetworkAsync(network, [$"{options.Gateway}/32"], cancellationToken);
        await fabric.AttachAsync(host,
            new(network, [options.Address, .. options.IPv6 ? ["2001:db8:128::2/64"] : Array.Empty<string>()]) { RoutesByEdge = [options.Gateway] },
            cancellationToken);
        await vm.WriteSshConfigAsync(cancellationToken);
        await Task.WhenAll(host.Up, fabric.Edge.Up);
        await Task.WhenAll(vm.StartSshdAsync([], cancellationToken), vm.StartEngineAsync(cancellationToken), vm.StartRatingsAsync(cancellationToken));
        return vm;
    }

    /// <summary>Starts sshd, anew when it runs; <paramref name="options"/> win over all others.</summary>
    public async Task StartSshdAsync(IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        await EndAsync(Sshd);
        var log = _directory.File("log", $"vm-sshd.log");
        File.Delete(log);
        Sshd = Host.Start(log, Command.Plain,
            ["/usr/sbin/sshd", "-D", "-e", "-f", "/etc/ssh/sshd_config", .. options.Concat(_options.SshdOptions).SelectMany(option => new[] { "-o", option })]);
        await Sshd.WaitForLogAsync("Server listening on", TimeSpan.FromSeconds(10), cancellationToken);
    }

    /// <summary>Starts the VM's Docker, anew when it runs.</summary>
    public async Task StartEngineAsync(CancellationToken cancellationToken)
    {
        // A real engine first stops its containers, each with ten seconds of its own.
        if (Engine is { HasExited: false })
            await Engine.StopAsync(TimeSpan.FromSeconds(20));
        await EndAsync(Engine);
        Engine = null;
        var log = _directory.File("log", "vm-engine.log");
        File.Delete(log);
        if (_options.Docker == VmDocker.StandIn)
        {
            Engine = Host.Start(log, Command.Plain, "/usr/local/bin/embark-sandbox", "engine");
            await Engine.WaitForLogAsync("listening on", TimeSpan.FromSeconds(30), cancellationToken);
        }
        else if (_options.Docker == VmDocker.Engine)
        {
            await StartRegistryAsync(cancellationToken);
            Engine = Host.Start(log, Command.Plain, VmSetup.DockerDaemon(_directory.ControlGroup));
            await Engine.WaitForLogAsync("API listen on", TimeSpan.FromSeconds(60), cancellationToken);
        }
    }

    // The registry outlives restarts of the engine, as a real one would.
    private async Task StartRegistryAsync(CancellationToken cancellationToken)
    {
        if (_registry is { HasExited: false })
            return;
        await Host.ShellAsync("mkdir -p /var/lib/docker; mount -t tmpfs docker /var/lib/docker", cancellationToken);
        _registry = Host.Start(_directory.File("log", "vm-registry.log"), Command.Plain,
            "/usr/local/bin/embark-sandbox", "registry", "--listen", VmSetup.Registry, "--layer", "/var/lib/docker/layer.tar");
        await _registry.WaitForLogAsync("listening on", TimeSpan.FromSeconds(60), cancellationToken);
    }

    /// <summary>Starts the ratings application, anew when it runs.</summary>
    public async Task StartRatingsAsync(CancellationToken cancellationToken)
    {
        await EndAsync(Ratings);
        if (!_options.Ratings)
            return;
        var log = _directory.File("log", "vm-ratings.log");
        Ratings = Host.Start(log, Command.Plain,
            "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "/usr/local/bin/embark-sandbox", "app", "ratings", "--listen", "127.0.0.1:9080");
        await Ratings.WaitForLogAsync("listening on", TimeSpan.FromSeconds(30), cancellationToken);
    }

    /// <summary>What goes wrong with images from now on; see <see cref="Docker.Faults"/>. None: all goes well again.</summary>
    public Task<string> SetDockerFaultsAsync(IReadOnlyList<string> lines, CancellationToken cancellationToken) =>
        Host.Command("sh", "-c", "mkdir -p /etc/docker && cat >\"$0\"", Docker.Faults.File).RequireAsync(string.Join('\n', lines), cancellationToken);

    /// <summary>Runs shell text as the VM's root.</summary>
    public Task<string> RootAsync(string script, CancellationToken cancellationToken) => Host.ShellAsync(script, cancellationToken);

    /// <summary>Runs the machine's ssh against the VM, as the login user.</summary>
    public Task<CommandResult> SshAsync(string? input, IReadOnlyList<string> words, CancellationToken cancellationToken) =>
        new Command(["ssh", "-F", SshConfig, "-o", "BatchMode=yes", "-l", Login, "-p", $"{_options.SshPort}", "--", Address, .. words]).RunAsync(input, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // The end of the host is the end of all that runs on it.
        await Host.DisposeAsync();
        await Task.WhenAll(EndAsync(Sshd), EndAsync(Ratings), EndAsync(Engine), EndAsync(_registry));
        if (!_ownsAll)
            return;
        await _fabric.DisposeAsync();
        await _directory.DisposeAsync();
    }

    private async Task WriteSshConfigAsync(CancellationToken cancellationToken)
    {
        string[] names = [Address, .. _options.IPv6 ? ["2001:db8:128::2"] : Array.Empty<string>()];
        await _directory.WriteAsync("ssh/known_hosts", VmSetup.KnownHosts(names, _options.SshPort, Keys), cancellationToken);
        await _directory.WriteAsync("ssh/config", VmSetup.SshConfig(names, _fabric.RelayWords, Keys, KnownHosts), cancellationToken);
    }

    private static async Task EndAsync(HostProcess? process)
    {
        if (process is not null)
            await process.DisposeAsync();
    }
}
