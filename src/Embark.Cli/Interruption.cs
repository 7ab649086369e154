using System.Runtime.InteropServices;
using Embark.Cli.Output;

namespace Embark.Cli;

/// <summary>Ctrl-C, a closed terminal and a polite kill: the first ends the work in good order, a second Ctrl-C ends it at once.</summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _graceful = new();
    private readonly CancellationTokenSource _forced = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Terminal _terminal;

    public Interruption(Terminal terminal)
    {
        _terminal = terminal;
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    /// <summary>Ends the work in good order: what was begun is finished or undone.</summary>
    public CancellationToken Token => _graceful.Token;

    /// <summary>Ends what is under way at once.</summary>
    public CancellationToken Forced => _forced.Token;

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_graceful.IsCancellationRequested)
        {
            if (context.Signal == PosixSignal.SIGINT) _terminal.Error.WriteLine("\nstopping in good order; Ctrl-C again stops at once");
            _graceful.Cancel();
        }
        else if (context.Signal == PosixSignal.SIGINT)
        {
            _ = Task.Delay(LastWords).ContinueWith(_ => Environment.Exit((int)FailureClass.Interrupted), TaskScheduler.Default);
            _forced.Cancel();
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _graceful.Dispose();
        _forced.Dispose();
    }
}
