using System.Text.Json.Nodes;

namespace Embark.Expansion;

/// <summary>What a ControlPlane's status says of its mesh expansion. Pure.</summary>
public static class ExpansionStatus
{
    /// <summary>Ready, or what is missing, all of it; the address; and whether what is asked for was accepted.</summary>
    public static JsonObject Of(ExpansionView view, DateTimeOffset now)
    {
        var problems = view.Problems;
        var accepted = problems.Count == 0
            ? Condition("Accepted", true, "Applied", view.Warnings.Count == 0 ? "everything that mesh expansion needs is applied" : string.Join("; ", view.Warnings.Select(Short)))
            : Condition("Accepted", false, "Refused", string.Join("; ", problems.Select(Short)));
        var addressed = view.Address is { } address
            ? Condition("AddressAssigned", true, "Assigned", address)
            : Condition("AddressAssigned", false, "Pending", "the gateway's Service has no address");
        var ready = view.IsReady
            ? Condition("Ready", true, "Ready", $"VMs can join through {view.Address}")
            : Condition("Ready", false, problems.Count > 0 ? "Refused" : "Pending", $"missing: {string.Join("; ", problems.Concat(view.Missing).Select(Short))}");
        return Whole(view.Plane, now, [accepted, addressed, ready], new()
        {
            ["address"] = view.Address,
            ["ports"] = new JsonArray([.. GatewayPort.All.Select(port => (JsonNode?)port.Number)]),
            ["service"] = $"{ExpansionManifests.Gateway}.{view.Around.SystemNamespace}",
            ["collector"] = $"{ExpansionManifests.Collector}.{view.Around.SystemNamespace}",
            ["network"] = view.Around.Network,
        });
    }

    /// <summary>Nothing is asked for, and nothing is left of it.</summary>
    public static JsonObject Off(ControlPlane plane, DateTimeOffset now) =>
        Whole(plane, now, [Condition("Ready", false, "NotAsked", "spec.meshExpansion is not set; no gateway for VMs is here")], null);

    /// <summary>Another ControlPlane of the namespace was first.</summary>
    public static JsonObject Second(ControlPlane plane, ControlPlane first, DateTimeOffset now) => Whole(plane, now,
    [
        Condition("Accepted", false, "AnotherAsks", $"there is one gateway in a namespace, and ControlPlane {first.Name} asks for it already; remove spec.meshExpansion from one of them"),
        Condition("Ready", false, "AnotherAsks", $"ControlPlane {first.Name} has the gateway"),
    ], null);

    /// <summary>One line: where and what.</summary>
    private static string Short(Problem problem) => $"{problem.Where}: {problem.What}";

    private static JsonObject Condition(string type, bool status, string reason, string message) => new()
    {
        ["type"] = type, ["status"] = status ? "True" : "False", ["reason"] = reason, ["message"] = Printable.Text(message, 1000),
    };

    /// <summary>As a merge patch: conditions of others stay, and the time of a condition that did not turn.</summary>
    private static JsonObject Whole(ControlPlane plane, DateTimeOffset now, IReadOnlyList<JsonObject> conditions, JsonObject? expansion)
    {
        string[] ours = ["Accepted", "AddressAssigned", "Ready"];
        var before = (plane.Status?["conditions"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        foreach (var condition in conditions)
        {
            var last = before.Find(c => Ownership.Text(c["type"]) == Ownership.Text(condition["type"]));
            var turned = Ownership.Text(last?["status"]) != Ownership.Text(condition["status"]);
            condition["lastTransitionTime"] = turned ? now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) : last!["lastTransitionTime"]?.DeepClone();
            condition["observedGeneration"] = plane.Metadata.Generation;
        }
        return new()
        {
            ["observedGeneration"] = plane.Metadata.Generation,
            ["meshExpansion"] = expansion,
            ["conditions"] = new JsonArray([.. before.Where(c => !ours.Contains(Ownership.Text(c["type"]))).Select(c => c.DeepClone()), .. conditions]),
        };
    }
}
