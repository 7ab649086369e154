using System.Text.Json.Nodes;
using Embark.Planning;

namespace Embark.Cli.Output;

/// <summary>The result of a job over one VM or many as data. Members are only ever added: scripts read this.</summary>
internal static class RunReport
{
    public static JsonObject Of(string job, IReadOnlyList<VmOutcome> outcomes, FailureClass whole) => new()
    {
        ["apiVersion"] = "embark/v1",
        ["kind"] = job,
        ["exitCode"] = (int)whole,
        ["succeeded"] = outcomes.Count(outcome => outcome is { Succeeded: true, Gone: false }),
        ["failed"] = outcomes.Count(outcome => outcome is { Started: true, Succeeded: false }),
        ["gone"] = outcomes.Count(outcome => outcome.Gone),
        ["notStarted"] = outcomes.Count(outcome => !outcome.Started),
        ["items"] = new JsonArray([.. outcomes.Select(Item)]),
    };

    private static JsonObject Item(VmOutcome outcome)
    {
        var item = new JsonObject
        {
            ["namespace"] = outcome.Workload.Namespace,
            ["name"] = outcome.Workload.Name,
            ["result"] = Result(outcome),
        };
        if (outcome.Plan is { } plan)
        {
            item["resourceVersion"] = plan.ResourceVersion;
            item["target"] = plan.Target.ToString();
            item["directory"] = plan.Directory;
            item["profile"] = plan.Profile == Profile.Tetrate ? "tetrate" : "modern";
            item["planHash"] = plan.Hash;
            item["changed"] = plan.Steps.Count > 0;
            item["steps"] = new JsonArray([.. plan.Steps.SelectMany(step => StepLines.Of(plan, step)).Select(line => JsonValue.Create(line))]);
            item["warnings"] = new JsonArray([.. plan.Warnings.Select(Problem)]);
        }
        if (outcome.Proof is { } proof)
        {
            item["proof"] = new JsonObject
            {
                ["joined"] = proof.Joined,
                ["proved"] = proof.Proved,
                ["vmIdentity"] = proof.VmIdentity,
                ["peerIdentity"] = proof.PeerIdentity,
                ["cause"] = proof.Cause is { } cause ? new JsonObject { ["name"] = cause.Name, ["what"] = cause.What, ["fix"] = cause.Fix } : null,
                ["checks"] = new JsonArray([.. proof.Checks.Select(ProofTable.Data)]),
            };
        }
        if (outcome.Hosts is { } hosts)
        {
            item["hosts"] = new JsonArray([.. hosts.Select(line => new JsonObject
            {
                ["address"] = line.Address, ["names"] = new JsonArray([.. line.Names.Select(name => JsonValue.Create(name))]),
            })]);
        }
        if (outcome.Failure is { } failure)
        {
            item["error"] = new JsonObject
            {
                ["exitCode"] = (int)Failures.ClassOf(failure),
                ["class"] = Failures.ClassOf(failure).ToString(),
                ["message"] = Failures.MessageOf(failure),
                ["fix"] = Failures.FixOf(failure),
                ["problems"] = new JsonArray([.. (failure as InvalidInputException)?.Problems.Select(Problem) ?? []]),
            };
        }
        return item;
    }

    public static string Result(VmOutcome outcome) => outcome switch
    {
        { Started: false } => "not started",
        { Failure: not null } => "failed",
        { Gone: true } => "gone, skipped",
        { Plan.Steps.Count: 0 } => "unchanged",
        _ => "done",
    };

    private static JsonNode Problem(Problem problem) => new JsonObject { ["where"] = problem.Where, ["what"] = problem.What, ["fix"] = problem.Fix };
}
