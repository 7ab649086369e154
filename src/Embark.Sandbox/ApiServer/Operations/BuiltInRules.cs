using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Operations;

/// <summary>The few rules of built-in kinds that users and programs run into.</summary>
internal static class BuiltInRules
{
    public static IEnumerable<FieldError> Check(ApiResource resource, JsonObject value, JsonObject? previous) => resource.Plural switch
    {
        "services" when resource.Group.Length == 0 => CheckService(value, previous),
        "configmaps" when resource.Group.Length == 0 => CheckTexts(value, "data"),
        "customresourcedefinitions" => CheckDefinition(value),
        "rolebindings" or "clusterrolebindings" => CheckBinding(value, previous),
        _ => [],
    };

    private static IEnumerable<FieldError> CheckService(JsonObject value, JsonObject? previous)
    {
        string[] types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
        if (!types.Contains(value.Text("spec", "type")))
            yield return FieldError.NotSupported("spec.type", value.At("spec", "type"), types);
        var ports = value.Items("spec", "ports").ToArray();
        if (ports.Length == 0 && value.Text("spec", "type") != "ExternalName" && value.Text("spec", "clusterIP") != "None")
            yield return FieldError.Required("spec.ports");
        for (var i = 0; i < ports.Length; i++)
        {
            if (ports[i].Number("port") is not (>= 1 and <= 65535))
                yield return FieldError.Invalid($"spec.ports[{i}].port", ports[i].At("port"), "must be between 1 and 65535, inclusive");
            if (ports.Length > 1 && string.IsNullOrEmpty(ports[i].Text("name")))
                yield return FieldError.Required($"spec.ports[{i}].name");
        }
        foreach (var twice in ports.GroupBy(port => (port.Text("protocol"), port.Number("port"))).Where(group => group.Count() > 1))
            yield return FieldError.Duplicate("spec.ports", twice.Last());
        if (previous.Text("spec", "clusterIP") is { Length: > 0 } address && address != value.Text("spec", "clusterIP"))
            yield return FieldError.Invalid("spec.clusterIPs[0]", value.At("spec", "clusterIP"), "may not change once set");
    }

    private static IEnumerable<FieldError> CheckTexts(JsonObject value, string field)
    {
        foreach (var (key, text) in value.Object(field) ?? [])
            if (text.Text() is null)
                throw Statuses.BadRequest($"json: cannot unmarshal {field}.{key} into a value of type string");
        return [];
    }

    private static IEnumerable<FieldError> CheckDefinition(JsonObject value)
    {
        foreach (var field in (string[])["plural", "kind"])
            if (value.Text("spec", "names", field) is not { Length: > 0 })
                yield return FieldError.Required($"spec.names.{field}");
        if (value.Text("spec", "group") is not { Length: > 0 } group)
            yield return FieldError.Required("spec.group");
        else if (value.Name != $"{value.Text("spec", "names", "plural")}.{group}")
            yield return FieldError.Invalid("metadata.name", value.Name, "must be spec.names.plural+\".\"+spec.group");
        if (value.Text("spec", "scope") is not ("Namespaced" or "Cluster"))
            yield return FieldError.NotSupported("spec.scope", value.At("spec", "scope"), ["Cluster", "Namespaced"]);
        if (value.Items("spec", "versions").Count(version => version.Flag("storage")) != 1)
            yield return FieldError.Invalid("spec.versions", value.At("spec", "versions"), "must have exactly one version marked as storage version");
    }

    private static IEnumerable<FieldError> CheckBinding(JsonObject value, JsonObject? previous)
    {
        if (value.Text("roleRef", "kind") is not ("Role" or "ClusterRole"))
            yield return FieldError.NotSupported("roleRef.kind", value.At("roleRef", "kind"), ["Role", "ClusterRole"]);
        if (previous is not null && !JsonNode.DeepEquals(previous["roleRef"], value["roleRef"]))
            yield return FieldError.Invalid("roleRef", value["roleRef"], "cannot change roleRef");
    }
}
