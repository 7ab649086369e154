using System.Diagnostics;

namespace Embark.Sandbox.Hosts;

/// <summary>A long-lived program on a host, seen from the machine.</summary>
internal sealed class HostProcess(Process entered, string log) : IAsyncDisposable
{
    /// <summary>Where its output goes, on the machine.</summary>
    public string Log { get; } = log;

    public bool HasExited => entered.HasExited;

    /// <summary>Process id, as the machine counts; null when it has ended. (What we started is nsenter, which waits for its child.)</summary>
    public int? Pid
    {
        get
        {
            try
            {
                var children = File.ReadAllText($"/proc/{entered.Id}/task/{entered.Id}/children");
                return children.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var child, ..] ? int.Parse(child, null) : null;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>Sends a signal to the program itself.</summary>
    public void Signal(int signal)
    {
        if (Pid is { } pid)
            _ = Native.Kill(pid, signal);
        // nsenter stops itself when its child is stopped, and then would not see its end.
        if (signal != Native.SigStop && !entered.HasExited)
            _ = Native.Kill(entered.Id, Native.SigCont);
    }

    /// <summary>Waits until the log holds <paramref name="text"/>.</summary>
    public async Task WaitForLogAsync(string text, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var said = File.Exists(Log) ? await File.ReadAllTextAsync(Log, cancellationToken) : "";
            if (said.Contains(text, StringComparison.Ordinal))
                return;
            if (HasExited || TimeProvider.System.GetElapsedTime(started) > limit)
                throw new SandboxException(
                    $"{Path.GetFileNameWithoutExtension(Log)} {(HasExited ? "ended" : "did not say")} '{text}'; its log:\n{said}");
            await Task.Delay(5, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(3));
        entered.Dispose();
    }

    /// <summary>Ends it: politely first, by force when the limit is over.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        Signal(Native.SigTerm);
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await entered.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Signal(Native.SigKill);
            await entered.WaitForExitAsync(CancellationToken.None);
        }
    }
}
