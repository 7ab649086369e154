using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Embark.Ssh;

/// <summary>Starts programs so that they die with us and, if asked, do not hear the terminal's Ctrl-C.</summary>
internal static class ChildProcess
{
    // PR_SET_PDEATHSIG is sent when the *thread* that forked ends (prctl.2), so one thread that lives as long as we do starts them all.
    private static readonly Lazy<BlockingCollection<Action>> Starter = new(() =>
    {
        var work = new BlockingCollection<Action>();
        new Thread(() => { foreach (var action in work.GetConsumingEnumerable()) action(); }, 256 * 1024) { IsBackground = true, Name = "ssh starter" }.Start();
        return work;
    });

    /// <summary>Starts a program with its three streams redirected; null when it is not there.</summary>
    public static async Task<Process?> StartAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> variables, bool ownSession)
    {
        var path = variables.TryGetValue("PATH", out var set) ? set : Environment.GetEnvironmentVariable("PATH");
        var file = Find(program, path);
        if (file is null)
            return null;

        List<string> words = [file, .. arguments];
        if (Find("setpriv", path) is { } setpriv && !IsBusybox(setpriv))
            words.InsertRange(0, [setpriv, "--pdeathsig", "KILL", "--"]);
        if (ownSession && Find("setsid", path) is { } setsid)
            words.Insert(0, setsid);   // our child is no group leader, so setsid does not fork: the process id stays

        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;

        var started = new TaskCompletionSource<Process?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starter.Value.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start));
            }
            catch (Exception e) when (e is Win32Exception or IOException)
            {
                started.SetException(e);
            }
        });
        return await started.Task;
    }

    /// <summary>Runs a short program to its end, nothing on its stdin; null when it is not there.</summary>
    public static async Task<(int ExitCode, string Output, string Error)?> RunAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> variables, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var process = await StartAsync(program, arguments, variables, ownSession: true);
        if (process is null)
            return null;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (255, "", $"{program} did not end within {limit.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static string? Find(string program, string? path)
    {
        if (program.Contains('/'))
            return File.Exists(program) ? program : null;
        return (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(file => File.Exists(file) && (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.OtherExecute)) != 0);
    }

    // Its setpriv does not know --pdeathsig.
    private static bool IsBusybox(string file) => File.ResolveLinkTarget(file, returnFinalTarget: true)?.Name.Contains("busybox", StringComparison.Ordinal) ?? false;
}
