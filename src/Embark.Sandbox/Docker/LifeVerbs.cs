using System.Globalization;
using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Docker;

/// <summary>Start, stop, restart, kill, remove, rename and wait: one container after another, each failure told.</summary>
internal static class LifeVerbs
{
    public static async Task<int> StartAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("start", "a|attach i|interactive");
        var failed = new List<string>();
        var code = await EachAsync(call, flags.Rest, failed,
            container => container.StartAsync(call.Engine.Images.Find(container.Config.ImageId), cancellationToken), cancellationToken);
        if (failed.Count > 0)
            await call.Reply.ErrorAsync($"Error: failed to start containers: {string.Join(", ", failed)}\n", cancellationToken);
        return code;
    }

    public static Task<int> StopAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("stop", "t|time= timeout= s|signal=");
        return EachAsync(call, flags.Rest, [], container => container.StopAsync(Limit(flags), Signal(flags.Value("signal") ?? "TERM"), cancellationToken), cancellationToken);
    }

    public static Task<int> RestartAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("restart", "t|time= timeout= s|signal=");
        return EachAsync(call, flags.Rest, [], async container =>
        {
            await container.StopAsync(Limit(flags), Signal(flags.Value("signal") ?? "TERM"), cancellationToken);
            await container.StartAsync(call.Engine.Images.Find(container.Config.ImageId), cancellationToken);
        }, cancellationToken);
    }

    public static Task<int> KillAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("kill", "s|signal=");
        var signal = Signal(flags.Value("signal") ?? "KILL");
        return EachAsync(call, flags.Rest, [], async container =>
        {
            if (!container.State.Running)
                throw DockerException.Daemon($"Cannot kill container: {container.Config.Name}: Container {container.Config.Id} is not running");
            if (signal == Native.SigKill)
                await container.StopAsync(TimeSpan.FromSeconds(10), signal, cancellationToken);
            else
                container.Signal(signal);
        }, cancellationToken);
    }

    public static Task<int> RemoveAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("rm", "f|force v|volumes l|link");
        return EachAsync(call, flags.Rest, [], async container =>
        {
            if (container.State.Running && !flags.Has("force"))
                throw DockerException.Daemon(
                    $"You cannot remove a {container.State.Status} container {container.Config.Id}. Stop the container before attempting removal or force remove");
            await container.StopAsync(TimeSpan.FromSeconds(10), Native.SigKill, cancellationToken);
            call.Engine.Remove(container);
        }, cancellationToken, missingIsFine: flags.Has("force"));
    }

    public static Task<int> RenameAsync(Call call, CancellationToken cancellationToken)
    {
        if (call.Flags("rename", "").Rest is not [var from, var to])
            throw new DockerException("\"docker rename\" requires exactly 2 arguments.\nSee 'docker rename --help'.");
        call.Engine.Rename(call.Engine.Require(from), to);
        return Task.FromResult(0);
    }

    public static async Task<int> WaitAsync(Call call, CancellationToken cancellationToken)
    {
        foreach (var name in call.Flags("wait", "").Rest)
        {
            var container = call.Engine.Require(name);
            if (container.State.Running)
                await container.Ended.WaitAsync(cancellationToken);
            await call.Reply.LineAsync($"{container.State.ExitCode}", cancellationToken);
        }
        return 0;
    }

    private static async Task<int> EachAsync(
        Call call, IReadOnlyList<string> names, List<string> failed, Func<Container, Task> act, CancellationToken cancellationToken, bool missingIsFine = false)
    {
        if (names.Count == 0)
            throw new DockerException($"\"docker {call.Request.Words[0]}\" requires at least 1 argument.\nSee 'docker {call.Request.Words[0]} --help'.");
        var code = 0;
        foreach (var name in names)
        {
            var container = call.Engine.Find(name);
            try
            {
                await act(container ?? throw DockerException.NoSuchContainer(name));
                await call.Reply.LineAsync(name, cancellationToken);
            }
            catch (DockerException failure)
            {
                await call.Reply.ErrorAsync(failure.Message + "\n", cancellationToken);
                failed.Add(name);
                if (container is not null || !missingIsFine)
                    code = 1;
            }
        }
        return code;
    }

    private static TimeSpan Limit(Flags flags) =>
        (flags.Value("time") ?? flags.Value("timeout")) is { } text ? TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture)) : TimeSpan.FromSeconds(10);

    private static int Signal(string name) => name.ToUpperInvariant().Replace("SIG", "", StringComparison.Ordinal) switch
    {
        "HUP" => 1,
        "INT" => Native.SigInt,
        "QUIT" => 3,
        "KILL" => Native.SigKill,
        "USR1" => 10,
        "USR2" => 12,
        "TERM" => Native.SigTerm,
        "CONT" => Native.SigCont,
        "STOP" => Native.SigStop,
        var number when int.TryParse(number, null, out var signal) => signal,
        _ => throw DockerException.Daemon($"Invalid signal: {name}"),
    };
}
