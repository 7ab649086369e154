namespace Embark.Checks;

/// <summary>What was applied stays, but the VM is not proved to be in the mesh.</summary>
public sealed class NotJoinedException(ProofReport report) : EmbarkException(FailureClass.NotJoined, Words(report), report.Cause?.Fix ?? FirstFix(report))
{
    /// <summary>What was looked at.</summary>
    public ProofReport Report { get; } = report;

    private static string Words(ProofReport report)
    {
        if (report.Joined) return $"WorkloadEntry {report.Workload}: the VM is in the mesh, but not everything was proved: {string.Join("; ", Open(report).Select(c => $"{c.Title}: {c.Seen}"))}";
        var failed = report.Checks.Where(c => c.Outcome == CheckOutcome.Failed).ToList();
        return $"WorkloadEntry {report.Workload}: the VM has not joined the mesh: "
            + (report.Cause?.What ?? string.Join("; ", failed.Select(c => $"{c.Title}: {c.Seen}")));
    }

    private static IEnumerable<CheckResult> Open(ProofReport report) =>
        report.Checks.Where(c => Titles.Requests.Contains(c.Title) && c.Outcome is CheckOutcome.Warning or CheckOutcome.Skipped);

    private static string? FirstFix(ProofReport report) =>
        (report.Checks.FirstOrDefault(c => c is { Outcome: CheckOutcome.Failed, Fix: not null }) ?? Open(report).FirstOrDefault(c => c.Fix is not null))?.Fix;
}
