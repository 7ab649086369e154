using System.Text.Json.Nodes;
using Embark.Expansion;

namespace Embark.Cli.Expansion;

/// <summary>What of the mesh's configuration is changed, or would be.</summary>
/// <param name="ConfigMap">Its name.</param>
/// <param name="Change">Null when it could not be read.</param>
/// <param name="Applied">True when it was made.</param>
internal sealed record TelemetryReport(string ConfigMap, TelemetryChange? Change, bool Applied);

/// <summary>Mesh expansion as data. Members are only ever added: scripts read this.</summary>
internal static class ExpansionReport
{
    public static JsonObject Of(string kind, ExpansionView view, IReadOnlyList<string> done, bool dryRun, TelemetryReport telemetry) => new()
    {
        ["apiVersion"] = "embark/v1",
        ["kind"] = kind,
        ["dryRun"] = dryRun,
        ["controlPlane"] = view.Plane.Name.ToString(),
        ["enabled"] = view.Plane.Asks && view.Plane.Metadata.Uid is not null,
        ["ready"] = view.IsReady,
        ["address"] = view.Address,
        ["ports"] = new JsonArray([.. GatewayPort.All.Select(port => new JsonObject { ["port"] = port.Number, ["name"] = port.Name, ["purpose"] = port.Purpose })]),
        ["network"] = view.Around.Network,
        ["objects"] = new JsonArray([.. view.Objects.Select(o => new JsonObject
        {
            ["kind"] = o.Manifest.Kind.Kind, ["namespace"] = o.Manifest.Namespace, ["name"] = o.Manifest.Name, ["state"] = State(o),
        })]),
        ["applied"] = new JsonArray([.. done.Select(title => JsonValue.Create(title))]),
        ["missing"] = Problems(view.Missing),
        ["problems"] = Problems(view.Problems),
        ["warnings"] = Problems(view.Warnings),
        ["telemetry"] = new JsonObject
        {
            ["configMap"] = telemetry.ConfigMap,
            ["sends"] = telemetry.Change is { Problems.Count: 0 } change && (telemetry.Applied || change.Fields.Count == 0),
            ["fields"] = new JsonArray([.. (telemetry.Change?.Fields ?? []).Select(field => JsonValue.Create(field))]),
            ["problems"] = Problems(telemetry.Change?.Problems ?? []),
        },
    };

    public static string State(ExpandedObject one) => one switch
    {
        { Live: null } => "absent",
        { IsMade: true } => "made",
        { Manifest.IsShared: true } => "label absent",
        _ => "foreign",
    };

    private static JsonArray Problems(IReadOnlyList<Problem> problems) =>
        new([.. problems.Select(problem => new JsonObject { ["where"] = problem.Where, ["what"] = problem.What, ["fix"] = problem.Fix })]);
}
