using Embark.Delivery;
using Embark.Mesh;

namespace Embark.Checks;

/// <summary>
/// The full proof: one look at the VM and the cluster after another until all is right, a cause stays, or time is up; then the way from the mesh.
/// Nothing is changed. The requests are real.
/// </summary>
public sealed class ProofOverSsh(MeshReader cluster, VmOverSsh vm, ProofOptions options, TimeProvider clock) : IProof
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), BetweenLooks = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<ProofReport?> ProveAsync(MeshSettings mesh, WorkloadEntry workload, CancellationToken cancellationToken)
    {
        var expected = ExpectedProxy.For(mesh, workload);
        vm.BeginConnecting(workload.Vm.Ssh);
        var question = new ProxyQuestion(vm, expected);
        var (seen, checks, cause) = await SettleAsync(expected, question, cancellationToken);
        var last = seen;
        var steady = CheckResult.Skipped(Titles.Steady, "something before it failed");
        if (cause is null && checks.All(IsFine))
        {
            var end = clock.GetUtcNow() + options.Calm;
            while (end - clock.GetUtcNow() is { } left && left > TimeSpan.Zero && checks.All(IsFine) && Steadiness.Between(seen, last).Outcome == CheckOutcome.Ok)
            {
                await Task.Delay(left < BetweenLooks ? left : BetweenLooks, clock, cancellationToken);
                (last, checks) = await LookAsync(expected, question, cancellationToken);
            }
        }

        var fromMesh = CheckResult.Skipped(Titles.FromMesh, "something before it failed");
        if (checks.All(IsFine))
        {
            fromMesh = await new RequestFromMesh(options, expected.ProbePeriod, clock).TryAsync(last, async token => last = await question.AskAsync(token), cancellationToken);
            steady = Steadiness.Between(seen, last);
        }
        checks = [.. checks, steady];
        var report = new ProofReport
        {
            Workload = workload.Name,
            Checks = [.. checks, fromMesh],
            Cause = checks.All(IsFine) ? null : cause ?? Diagnosis.Of(expected, last) ?? Steadiness.Cause(steady),
            VmIdentity = last.Certificate?.SpiffeId is { } own ? Printable.Text(own) : null,
            PeerIdentity = checks.Any(c => c is { Title: Titles.ToMesh, Outcome: CheckOutcome.Ok }) && last.PeerIdentities is [var peer, ..] ? peer : null,
        };
        return report.Joined && (report.Proved || !options.RequireProof) ? report : throw new NotJoinedException(report);
    }

    private async Task<(ProxyReading Seen, IReadOnlyList<CheckResult> Checks, KnownCause? Cause)> SettleAsync(ExpectedProxy expected, ProxyQuestion question, CancellationToken cancellationToken)
    {
        var deadline = clock.GetUtcNow() + options.Patience;
        KnownCause? suspect = null;
        var since = clock.GetUtcNow();
        while (true)
        {
            var (seen, checks) = await LookAsync(expected, question, cancellationToken);
            if (checks.All(IsFine)) return (seen, checks, null);
            var cause = Diagnosis.Of(expected, seen);
            if (cause?.Name != suspect?.Name) (suspect, since) = (cause, clock.GetUtcNow());
            if (clock.GetUtcNow() >= deadline || (cause is not null && clock.GetUtcNow() - since >= options.Conviction)) return (seen, checks, cause);
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private async Task<(ProxyReading Seen, IReadOnlyList<CheckResult> Checks)> LookAsync(ExpectedProxy expected, ProxyQuestion question, CancellationToken cancellationToken)
    {
        var state = cluster.StateAsync(expected.Workload.Name, cancellationToken);
        var seen = await question.AskAsync(cancellationToken);
        List<CheckResult> checks = [.. ProxyChecks.All(expected, seen)];
        checks.Insert(checks.Count - 1, EntryCheck.Of(expected.Workload, await state));
        return (seen, checks);
    }

    private static bool IsFine(CheckResult check) => check.Outcome != CheckOutcome.Failed;
}
