using System.Runtime.InteropServices;
using Embark.Cli.Output;

namespace Embark.Cli;

/// <summary>Ctrl-C, a closed terminal and a polite kill: the first ends the work in good order, a second Ctrl-C ends it at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Terminal _terminal;

    public Interruption(Terminal terminal)
    {
        _terminal = terminal;
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    public CancellationToken Token => _source.Token;

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested)
        {
            if (context.Signal == PosixSignal.SIGINT) Environment.Exit((int)FailureClass.Interrupted);
            return;
        }
        if (context.Signal == PosixSignal.SIGINT) _terminal.Error.WriteLine("\nstopping in good order; Ctrl-C again stops at once");
        _source.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }
}
