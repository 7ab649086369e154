using System.Text.Json.Nodes;
using Embark.Checks;

namespace Embark.Cli.Output;

/// <summary>A proof for people: a row a check, with its fix below where there is one.</summary>
internal static class ProofTable
{
    public static void Write(TextWriter output, ProofReport report) => Write(output, report.Checks);

    public static void Write(TextWriter output, IReadOnlyList<CheckResult> checks)
    {
        var width = checks.Max(check => check.Title.Length) + 2;
        output.WriteLine($"{"RESULT",-9}{"CHECK".PadRight(width)}SEEN");
        foreach (var check in checks)
        {
            output.WriteLine($"{Word(check.Outcome),-9}{check.Title.PadRight(width)}{check.Seen}");
            if (check.Fix is { } fix && check.Outcome is not CheckOutcome.Ok) output.WriteLine($"{"",9}{"".PadRight(width)}fix: {fix}");
        }
    }

    public static JsonObject Data(CheckResult check) => new() { ["title"] = check.Title, ["result"] = Word(check.Outcome), ["seen"] = check.Seen, ["fix"] = check.Fix };

    public static string Word(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Ok => "ok",
        CheckOutcome.Warning => "warning",
        CheckOutcome.Failed => "failed",
        _ => "skipped",
    };
}
