using System.Runtime.InteropServices;

namespace Embark.Sandbox;

/// <summary>The end of a program that runs in the foreground.</summary>
internal static class Shutdown
{
    /// <summary>Cancelled by Ctrl-C, SIGTERM or SIGHUP. The caller keeps what is returned until its own end.</summary>
    public static (CancellationTokenSource Source, IReadOnlyList<IDisposable> Signals) OnSignals()
    {
        var source = new CancellationTokenSource();
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        return (source, [.. signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            source.Cancel();
        }))]);
    }

    /// <summary>Ends when the token is cancelled.</summary>
    public static async Task WhenCancelled(this CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // What was waited for.
        }
    }
}
