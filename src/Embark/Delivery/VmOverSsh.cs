using Embark.Checks;
using Embark.Mesh;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>
/// A VM that is reached by SSH. One session serves it from the first question to the last step, and holds the VM's lock all that time;
/// disposing ends it.
/// </summary>
public sealed class VmOverSsh(SshOptions options, Transcript transcript, TimeProvider clock) : IVm, IAsyncDisposable
{
    private static readonly TimeSpan FactsLimit = TimeSpan.FromSeconds(60);

    private SshSession? _session;
    private bool _closed;

    /// <summary>What it is asked for; it decides what the preflight looks at. Default: to join.</summary>
    public VmPurpose Purpose { get; init; }

    /// <summary>How far the cluster's clock is ahead of this machine's; zero where unknown.</summary>
    public Func<TimeSpan> ClusterAhead { get; init; } = () => TimeSpan.Zero;

    /// <summary>Ends what is under way at once: the second Ctrl-C. None by default.</summary>
    public CancellationToken Forced { get; init; }

    /// <summary>How long a proxy must stay up without a restart to count as running, in seconds (decision 15).</summary>
    internal int SecondsUp { get; init; } = 3;

    internal SshSession Session => _session ?? throw new InvalidOperationException("the VM has not been asked yet");

    internal VmAnswers Answers { get; private set; } = null!;

    internal bool AdoptAllowed { get; private set; }

    /// <summary>Begins to connect and returns at once, so that the mesh can be read meanwhile.</summary>
    public void BeginConnecting(SshTarget target)
    {
        if (_session is not null) return;
        transcript.Connecting(target);
        _session = SshSession.Start(target, options);
    }

    /// <summary>Connects, takes the lock, asks, and checks. What an interrupted run left behind is finished or undone before the facts are given.</summary>
    /// <exception cref="InvalidInputException">The VM is not ready (class 9): everything at once; nothing was changed.</exception>
    /// <exception cref="EmbarkException">No session, or the VM is locked by another run.</exception>
    public async Task<VmFacts?> LearnAsync(WorkloadEntry workload, CancellationToken cancellationToken)
    {
        BeginConnecting(workload.Vm.Ssh);
        AdoptAllowed = workload.Vm.Options.Adopt;
        await ExamineAsync(workload, cancellationToken);
        if (Purpose == VmPurpose.Join && LeftOvers.In(Answers, workload.Vm.ContainerName) is var left and not LeftOver.None)
        {
            await new LeftOverCleanup(this, transcript).RunAsync(left, Answers.Directory, workload.Vm);
            await ExamineAsync(workload, cancellationToken);
        }
        return VmFactsReader.Of(Answers);
    }

    private async Task ExamineAsync(WorkloadEntry workload, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow();
        var answers = await AskAsync(workload, cancellationToken);
        var found = Preflight.Examine(answers, workload, new ClockReading(before, clock.GetUtcNow(), ClusterAhead()), Purpose);
        if (found.Problems.Count > 0)
            throw new InvalidInputException($"VM {Session.Target}", [.. found.Problems.Distinct()], FailureClass.VmNotReady);
        if (Answers is null)
            foreach (var warning in Session.Warnings.Concat(found.Warnings).Distinct())
                transcript.Note($"warning: {warning}");
        Answers = answers;
    }

    private async Task<VmAnswers> AskAsync(WorkloadEntry workload, CancellationToken cancellationToken)
    {
        var question = new RemoteScript("look at the VM", $"""
            dir={Ssh.ShellQuote.Quote(workload.Vm.Directory ?? "")}
            entry={Ssh.ShellQuote.Quote($"{workload.Name.Namespace}.{workload.Name.Name}")}
            container={Ssh.ShellQuote.Quote(workload.Vm.ContainerName)}
            names={(Purpose == VmPurpose.Names ? "1" : "")}
            own={Ssh.ShellQuote.Quote(string.Join(' ', OwnFiles.Files))}
            tools={Ssh.ShellQuote.Quote(string.Join(' ', SystemChecks.Tools))}
            {ShellLibrary.Facts}
            """, FactsLimit) { Failure = FailureClass.VmNotReady };
        var result = await Session.RunAsync(question, cancellationToken);
        try
        {
            return VmAnswersReader.Read(result.Output.Split('\n').Where(line => line.Length > 0));
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidOperationException or ArgumentException)
        {
            throw new EmbarkException(FailureClass.VmNotReady, $"VM {Session.Target}: its answers make no sense ({e.Message}) {result.ErrorTail}".TrimEnd(),
                "log in there with ssh and see that `sh` and the usual tools work", e);
        }
    }

    /// <summary>Says that the connection ends; nothing more is sent.</summary>
    internal void Close()
    {
        if (_closed || _session is not { Ready.IsCompletedSuccessfully: true }) return;
        _closed = true;
        transcript.Closing();
        _session.Complete();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close();
        if (_session is not null) await _session.DisposeAsync();
    }
}
