using System.Diagnostics;
using System.Text.Json;
using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Docker;

/// <summary>One container of the stand-in: its configuration, its state on disk, and the process while it runs.</summary>
internal sealed class Container : IDisposable
{
    private readonly string _directory;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _one = new(1);
    private TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _waiting;
    private bool _stopping;
    private bool _left;

    public Container(string directory, ContainerConfig config, ContainerState state, TimeProvider clock)
    {
        (_directory, Config, State, _clock) = (directory, config, state, clock);
        Directory.CreateDirectory(directory);
        Log = new(Path.Combine(directory, "log"));
        Save();
    }

    public ContainerConfig Config { get; private set; }

    public ContainerState State { get; private set; }

    public ContainerLog Log { get; }

    /// <summary>Ends when the container is down for good: not while it waits to be restarted.</summary>
    public Task Ended => _ended.Task;

    public static Container Load(string directory, TimeProvider clock) => new(directory,
        JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(directory, "config.json")), DockerJson.Default.ContainerConfig)!,
        JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(directory, "state.json")), DockerJson.Default.ContainerState)!, clock);

    public void Rename(string name)
    {
        Config = Config with { Name = name };
        Save();
    }

    /// <summary>Starts it; throws with docker's words where the program or a mount cannot be had.</summary>
    public async Task StartAsync(DockerImage? image, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (State.Running)
                return;
            CheckMounts();
            _stopping = false;
            _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
            State = State with { RestartCount = 0, StoppedByHand = false };
            CheckProgram(image);
            await LaunchAsync(image);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>SIGTERM, then SIGKILL when the time is over; also ends the wait for a restart.</summary>
    public async Task StopAsync(TimeSpan limit, int signal, CancellationToken cancellationToken)
    {
        _stopping = true;
        State = State with { StoppedByHand = true };
        Save();
        if (!State.Running)
            return;
        _waiting?.TrySetResult();
        Signal(signal);
        try
        {
            await Ended.WaitAsync(limit, cancellationToken);
        }
        catch (TimeoutException)
        {
            Signal(Native.SigKill);
            await Ended.WaitAsync(cancellationToken);
        }
    }

    public void Signal(int signal)
    {
        if (State.Pid > 0)
            _ = Native.Kill(State.Pid, signal);
    }

    /// <summary>Ends what an engine that was killed left running; true when the container shall start again.</summary>
    public async Task<bool> RecoverAsync(CancellationToken cancellationToken)
    {
        if (!State.Running)
            return false;
        Signal(Native.SigKill);
        for (var i = 0; i < 200 && State.Pid > 0 && Native.Kill(State.Pid, 0) == 0; i++)
            await Task.Delay(10, cancellationToken);
        State = State with { Status = "exited", Pid = 0, FinishedAt = _clock.GetUtcNow() };
        Save();
        return Config.RestartPolicy is "always" or "unless-stopped";
    }

    /// <summary>The engine ends: the container goes down with it, but its state on disk stays that of a running one.</summary>
    public void LeaveForNextEngine()
    {
        _left = true;
        _stopping = true;
        _waiting?.TrySetResult();
    }

    public void Delete()
    {
        Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    public void Dispose()
    {
        Log.Dispose();
        _one.Dispose();
    }

    private void CheckMounts()
    {
        foreach (var mount in Config.Mounts.Where(mount => !Path.Exists(mount.Source)))
            if (mount.ByVolumeFlag)
                Directory.CreateDirectory(mount.Source);
            else
                throw DockerException.Daemon($"invalid mount config for type \"bind\": bind source path does not exist: {mount.Source}", 125);
    }

    private void CheckProgram(DockerImage? image)
    {
        var program = Config.Command[0];
        if (image is not null && image.Entrypoint.SequenceEqual(Config.Entrypoint) && Config.Entrypoint.Count > 0)
            return;
        string[] places = program.StartsWith('/') ? [""] : ["/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/"];
        if (places.Any(place => Path.Exists(place + program)) || program is "pilot-agent" or "/usr/local/bin/pilot-agent")
            return;
        State = State with { ExitCode = 127 };
        Save();
        var why = program.StartsWith('/') ? $"stat {program}: no such file or directory" : "executable file not found in $PATH";
        throw DockerException.Daemon(
            $"failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"{program}\": {why}: unknown", 127);
    }

    private async Task LaunchAsync(DockerImage? image)
    {
        var root = Path.Combine(_directory, "root");
        Directory.CreateDirectory(root);
        var foreign = image is not null && image.Architecture != ImageStore.OwnArchitecture;
        // As a kernel without the other machine's binary format: the program cannot be executed, and docker says little.
        var command = foreign
            ? new Command("sh", "-c", "echo \"exec $0: exec format error\" >&2; exit 1", Config.Command[0])
            : ContainerLaunch.For(Config, root);
        File.Delete(root + ".up");
        var process = command.Start();
        process.StandardInput.Close();
        var pid = foreign ? process.Id : await FirstProcessAsync(process);
        // Whoever enters the container must find it built.
        while (!foreign && !process.HasExited && new FileInfo(root + ".up") is not { Exists: true, Length: > 0 })
            await Task.Delay(2);
        State = State with { Status = "running", Pid = pid, StartedAt = _clock.GetUtcNow(), Error = "", ExitCode = 0 };
        Save();
        _ = WatchAsync(process, image);
    }

    private async Task WatchAsync(Process process, DockerImage? image)
    {
        await Task.WhenAll(
            Log.CopyAsync(process.StandardOutput.BaseStream, error: false, _clock), Log.CopyAsync(process.StandardError.BaseStream, error: true, _clock));
        await process.WaitForExitAsync();
        var ranFor = _clock.GetUtcNow() - State.StartedAt;
        var code = process.ExitCode;
        process.Dispose();
        State = State with { Pid = 0, ExitCode = code, FinishedAt = _clock.GetUtcNow() };
        if (!RestartsAfter(code))
        {
            State = State with { Status = "exited" };
            Save();
            _ended.SetResult();
            return;
        }

        State = State with { Status = "restarting", RestartCount = State.RestartCount + 1 };
        Save();
        // docker's own: 100 ms, doubled up to a minute, from the start again after ten good seconds.
        var delay = ranFor > TimeSpan.FromSeconds(10) ? TimeSpan.FromMilliseconds(100)
            : TimeSpan.FromMilliseconds(Math.Min(60_000, 100 * Math.Pow(2, Math.Min(State.RestartCount - 1, 10))));
        _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.WhenAny(Task.Delay(delay), _waiting.Task);
        _waiting = null;
        if (_stopping)
        {
            State = State with { Status = "exited" };
            Save();
            _ended.SetResult();
            return;
        }
        await LaunchAsync(image);
    }

    private bool RestartsAfter(int code) => !_stopping && Config.RestartPolicy switch
    {
        "always" or "unless-stopped" => true,
        "on-failure" => code != 0 && (Config.MaximumRetries == 0 || State.RestartCount < Config.MaximumRetries),
        _ => false,
    };

    // unshare forks once: its child is the container's first process.
    private static async Task<int> FirstProcessAsync(Process unshare)
    {
        for (var i = 0; i < 400 && !unshare.HasExited; i++)
        {
            try
            {
                var children = await File.ReadAllTextAsync($"/proc/{unshare.Id}/task/{unshare.Id}/children");
                if (children.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var child, ..])
                    return int.Parse(child, null);
            }
            catch (IOException)
            {
                return 0;
            }
            await Task.Delay(5);
        }
        return 0;
    }

    private void Save()
    {
        Write("config.json", JsonSerializer.Serialize(Config, DockerJson.Default.ContainerConfig));
        Write("state.json", JsonSerializer.Serialize(State, DockerJson.Default.ContainerState));
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        if (_left || !Directory.Exists(_directory))
            return;   // kept for the next engine, or removed with force while it ended
        File.WriteAllText(path + ".next", text);
        File.Move(path + ".next", path, overwrite: true);
    }
}
