using Embark.Cli.Commands;
using Embark.Cli.Options;

namespace Embark.Cli.Output;

/// <summary>Tells how a run ended: as data on standard output where that is asked for, for people on standard error.</summary>
internal static class Summary
{
    /// <summary>One VM asked for by name: its failure is the failure of the command.</summary>
    public static int One(string job, VmOutcome outcome, OutputFormat? format, Terminal terminal)
    {
        var whole = outcome is { Started: true, Failure: { } failure } ? Failures.ClassOf(failure) : Fleet.ClassOf([outcome]);
        Warn(outcome, terminal);
        Proof(job, outcome, format, terminal);
        if (outcome.Failure is not null) Failures.Report(outcome.Failure, terminal);
        Data(job, [outcome], whole, format, terminal);
        return (int)whole;
    }

    /// <summary>Many VMs: each failure with its VM, then the count.</summary>
    public static int Many(string job, IReadOnlyList<VmOutcome> outcomes, OutputFormat? format, Terminal terminal)
    {
        var whole = Fleet.ClassOf(outcomes);
        foreach (var outcome in outcomes)
        {
            Warn(outcome, terminal);
            if (outcome.Proof is not null && Prints(job, format)) terminal.Out.WriteLine($"{outcome.Workload}:");
            Proof(job, outcome, format, terminal);
            if (outcome.Gone) terminal.Error.WriteLine($"{outcome.Workload}: gone, skipped: the WorkloadEntry was deleted meanwhile");
            if (outcome.Failure is null) continue;
            terminal.Error.WriteLine($"{outcome.Workload}:");
            Failures.Report(outcome.Failure, terminal);
        }
        var (gone, left) = (outcomes.Count(outcome => outcome.Gone), outcomes.Count(outcome => !outcome.Started));
        var done = outcomes.Count(outcome => outcome.Succeeded) - gone;
        terminal.Error.WriteLine($"{done} of {outcomes.Count} VMs done, {outcomes.Count - done - gone - left} failed, {left} not started{(gone > 0 ? $", {gone} gone" : "")}");
        Data(job, outcomes, whole, format, terminal);
        return (int)whole;
    }

    /// <summary>For a verification the table is the result; for a join it is prose.</summary>
    private static void Proof(string job, VmOutcome outcome, OutputFormat? format, Terminal terminal)
    {
        if (outcome.Proof is not { } proof) return;
        if (Prints(job, format)) ProofTable.Write(terminal.Out, proof);
        else if (job != VerifyJob.Kind) ProofTable.Write(terminal.Error, proof);
    }

    private static bool Prints(string job, OutputFormat? format) => job == VerifyJob.Kind && (format is null or OutputFormat.Table);

    private static void Data(string job, IReadOnlyList<VmOutcome> outcomes, FailureClass whole, OutputFormat? format, Terminal terminal)
    {
        if (Prints(job, format)) return;
        if (format == OutputFormat.Table) Table(outcomes, terminal);
        else if (format is { } data) StructuredOutput.Write(terminal.Out, data, RunReport.Of(job, outcomes, whole));
    }

    private static void Warn(VmOutcome outcome, Terminal terminal)
    {
        foreach (var warning in outcome.Plan?.Warnings ?? []) terminal.Warning(warning.ToString());
    }

    private static void Table(IReadOnlyList<VmOutcome> outcomes, Terminal terminal)
    {
        string[][] rows = [["NAMESPACE", "NAME", "TARGET", "RESULT"], .. outcomes.Select(outcome => new[]
        {
            outcome.Workload.Namespace, outcome.Workload.Name, outcome.Plan?.Target.ToString() ?? "",
            RunReport.Result(outcome) + (outcome.Failure is { } failure ? $" ({(int)Failures.ClassOf(failure)} {Failures.ClassOf(failure)})" : ""),
        })];
        var widths = Enumerable.Range(0, 3).Select(column => rows.Max(row => row[column].Length) + 3).ToArray();
        foreach (var row in rows)
            terminal.Out.WriteLine(string.Concat(Enumerable.Range(0, 3).Select(column => row[column].PadRight(widths[column]))) + row[3]);
    }
}
