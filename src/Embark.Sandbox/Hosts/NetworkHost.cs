using System.Diagnostics;
using System.Text;

namespace Embark.Sandbox.Hosts;

/// <summary>
/// One host: network, mount, process and name spaces of its own, with a root on tmpfs. It lives as long as its first process,
/// which ends when our pipe to it closes; everything on it ends with it.
/// </summary>
internal sealed class NetworkHost : IAsyncDisposable
{
    private readonly Process _first;
    private readonly bool _rootless;
    private bool _ended;

    private NetworkHost(string name, Process first, int pid, bool rootless)
    {
        (Name, _first, Pid, _rootless) = (name, first, pid, rootless);
        Up = WaitUntilUpAsync();
    }

    public string Name { get; }

    /// <summary>Process id of the host's first process, as the machine counts.</summary>
    public int Pid { get; }

    /// <summary>Ends when the file system stands and the setup has run. The network can be plugged in before.</summary>
    public Task Up { get; }

    public static async Task<NetworkHost> StartAsync(Ground ground, RunDirectory directory, HostSpec spec, CancellationToken cancellationToken)
    {
        var root = directory.MakeDirectory("hosts", spec.Name);
        var environment = new Dictionary<string, string>(Hosts.Command.Plain)
        {
            ["EMBARK_ROOT"] = root,
            ["EMBARK_HOST"] = spec.Name,
            ["EMBARK_SETUP"] = spec.Setup,
            ["EMBARK_FORWARD"] = spec.Forwards ? "1" : "",
            ["EMBARK_OVERLAY"] = ground.Rootless ? ",userxattr" : "",
            ["EMBARK_ROOTLESS"] = ground.Rootless ? "1" : "",
            ["EMBARK_PROGRAMS"] = Programs.Directory,
            ["EMBARK_DOTNET"] = Programs.SharedRuntime ?? "",
        };
        foreach (var (name, value) in spec.Variables)
            environment[name] = value;

        var command = new Command(
            [.. ground.Enter, "unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "sh", "-c", Programs.Script("root.sh")])
        {
            Environment = environment,
        };
        var first = command.Start();
        var line = await first.StandardOutput.ReadLineAsync(cancellationToken);
        if (line?.Split(' ') is ["pid", var pid])
            return new(spec.Name, first, int.Parse(pid, null), ground.Rootless);
        var error = await first.StandardError.ReadToEndAsync(cancellationToken);
        first.Dispose();
        throw new SandboxException($"host {spec.Name} did not start: {error.Trim()}");
    }

    /// <summary>The command, run as root of this host.</summary>
    public Command Command(params IReadOnlyList<string> words) => new([.. Enter("-m", "-n", "-p", "-u", "-i"), "--", .. words]);

    /// <summary>The command, run with the machine's files on this host's network.</summary>
    public Command NetworkCommand(params IReadOnlyList<string> words) => new([.. Enter("-n"), "--", .. words]);

    /// <summary>Words that enter some of the host's namespaces.</summary>
    public IReadOnlyList<string> Enter(params IReadOnlyList<string> which) =>
        ["nsenter", "-t", $"{Pid}", .. _rootless ? ["-U"] : Array.Empty<string>(), .. which];

    /// <summary>Runs shell text as root of this host; a failure throws.</summary>
    public Task<string> ShellAsync(string script, CancellationToken cancellationToken) =>
        Command("sh", "-eu").RequireAsync(script, cancellationToken);

    /// <summary>Starts a long-lived program on the host; what it says goes to <paramref name="log"/> on the machine.</summary>
    public HostProcess Start(string log, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> words)
    {
        // The log is opened before the host is entered, so that it lies on the machine and outlives the program.
        var command = new Command(["sh", "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", log, .. Command(words).Words])
        {
            Environment = new Dictionary<string, string>(Hosts.Command.Plain).Concat(environment)
                .GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value),
        };
        return new(command.Start(), log);
    }

    /// <summary>Starts a program of the machine, with its files and its network, that ends when this host does.</summary>
    public HostProcess StartBeside(string log, params IReadOnlyList<string> words)
    {
        var command = new Command(["sh", "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", log, .. Enter("-p", "-u"), "--", .. words])
        {
            Environment = Hosts.Command.Plain,
        };
        return new(command.Start(), log);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended)
            return;
        _ended = true;
        if (!_first.HasExited)
            _first.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _first.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // unshare --kill-child takes the first process, and with it all others, along.
            _first.Kill();
            await _first.WaitForExitAsync(CancellationToken.None);
        }
        _first.Dispose();
    }

    private async Task WaitUntilUpAsync()
    {
        var line = await _first.StandardOutput.ReadLineAsync();
        if (line == "up")
            return;
        var error = new StringBuilder(line);
        error.Append(await _first.StandardError.ReadToEndAsync());
        throw new SandboxException($"host {Name} did not come up: {error.ToString().Trim()}");
    }
}
