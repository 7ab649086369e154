using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Tables;

/// <summary>Columns of built-in kinds. Source: k8s.io/kubernetes pkg/printers/internalversion/printers.go.</summary>
internal static class BuiltInColumns
{
    public static IReadOnlyList<Column> Of(GroupResource resource) => resource.Plural switch
    {
        "pods" => Pods,
        "services" => Services,
        "namespaces" => [Column.NameOf, Column.Text("Status", value => value.Text("status", "phase")), Column.Age],
        "nodes" =>
        [
            Column.NameOf, Column.Text("Status", value => Condition(value, "Ready") == "False" ? "NotReady" : "Ready"), Column.Text("Roles", _ => "<none>"), Column.Age,
            Column.Text("Version", value => value.Text("status", "nodeInfo", "kubeletVersion") ?? ""),
        ],
        "configmaps" => [Column.NameOf, Column.Count("Data", value => Count(value, "data") + Count(value, "binaryData")), Column.Age],
        "secrets" => [Column.NameOf, Column.Text("Type", value => value.Text("type")), Column.Count("Data", value => Count(value, "data")), Column.Age],
        "serviceaccounts" => [Column.NameOf, Column.Count("Secrets", value => value.Items("secrets").Count()), Column.Age],
        "endpointslices" =>
        [
            Column.NameOf, Column.Text("AddressType", value => value.Text("addressType")), Column.Text("Ports", value => Join(value.Items("ports").Select(port => port.At("port")?.ToString()))),
            Column.Text("Endpoints", value => Join(value.Items("endpoints").SelectMany(endpoint => endpoint.Texts("addresses")))), Column.Age,
        ],
        "deployments" =>
        [
            Column.NameOf, Column.Text("Ready", value => $"{value.Number("status", "readyReplicas") ?? 0}/{value.Number("spec", "replicas") ?? 0}"),
            Column.Text("Up-to-date", value => $"{value.Number("status", "updatedReplicas") ?? 0}"), Column.Text("Available", value => $"{value.Number("status", "availableReplicas") ?? 0}"), Column.Age,
        ],
        "roles" or "clusterroles" => [Column.NameOf, Column.Text("Created At", value => value.Text("metadata", "creationTimestamp"))],
        "rolebindings" or "clusterrolebindings" => [Column.NameOf, Column.Text("Role", value => $"{value.Text("roleRef", "kind")}/{value.Text("roleRef", "name")}"), Column.Age],
        "customresourcedefinitions" => [Column.NameOf, Column.Text("Created At", value => value.Text("metadata", "creationTimestamp"))],
        "leases" => [Column.NameOf, Column.Text("Holder", value => value.Text("spec", "holderIdentity")), Column.Age],
        "events" =>
        [
            Column.Text("Last Seen", value => value.Text("lastTimestamp")), Column.Text("Type", value => value.Text("type")), Column.Text("Reason", value => value.Text("reason")),
            Column.Text("Object", value => $"{value.Text("involvedObject", "kind")?.ToLowerInvariant()}/{value.Text("involvedObject", "name")}"), Column.Text("Message", value => value.Text("message")),
        ],
        "mutatingwebhookconfigurations" or "validatingwebhookconfigurations" => [Column.NameOf, Column.Count("Webhooks", value => value.Items("webhooks").Count()), Column.Age],
        _ => [Column.NameOf, Column.Age],
    };

    private static IReadOnlyList<Column> Pods { get; } =
    [
        Column.NameOf,
        Column.Text("Ready", value =>
        {
            var all = value.Items("spec", "containers").Count();
            return $"{(Condition(value, "Ready") == "True" ? all : 0)}/{all}";
        }),
        Column.Text("Status", value => value.Text("metadata", "deletionTimestamp") is null ? value.Text("status", "phase") : "Terminating"),
        Column.Text("Restarts", value => $"{value.Items("status", "containerStatuses").Sum(status => status.Number("restartCount") ?? 0)}"),
        Column.Age,
        Column.Text("IP", value => value.Text("status", "podIP") ?? "<none>", 1),
        Column.Text("Node", value => value.Text("spec", "nodeName") ?? "<none>", 1),
        Column.Text("Nominated Node", _ => "<none>", 1),
        Column.Text("Readiness Gates", _ => "<none>", 1),
    ];

    private static IReadOnlyList<Column> Services { get; } =
    [
        Column.NameOf,
        Column.Text("Type", value => value.Text("spec", "type")),
        Column.Text("Cluster-IP", value => value.Text("spec", "clusterIP") ?? "<none>"),
        Column.Text("External-IP", ExternalAddress),
        Column.Text("Port(s)", value => Join(value.Items("spec", "ports").Select(port =>
            port.Number("nodePort") is { } node ? $"{port.Number("port")}:{node}/{port.Text("protocol")}" : $"{port.Number("port")}/{port.Text("protocol")}"))),
        Column.Age,
        Column.Text("Selector", value => value.Object("spec", "selector") is { Count: > 0 } selector ? Join(selector.Select(pair => $"{pair.Key}={pair.Value.Text()}")) : "<none>", 1),
    ];

    private static string ExternalAddress(JsonObject value)
    {
        var given = value.Items("status", "loadBalancer", "ingress").Select(ingress => ingress.Text("ip") ?? ingress.Text("hostname"))
            .Concat(value.Texts("spec", "externalIPs")).OfType<string>().ToArray();
        return given.Length > 0 ? string.Join(',', given) : value.Text("spec", "type") == "LoadBalancer" ? "<pending>" : value.Text("spec", "externalName") ?? "<none>";
    }

    private static string? Condition(JsonObject value, string type) =>
        value.Items("status", "conditions").FirstOrDefault(condition => condition.Text("type") == type).Text("status");

    private static int Count(JsonObject value, string field) => value.Object(field)?.Count ?? 0;

    private static string Join(IEnumerable<string?> parts) => string.Join(',', parts) is { Length: > 0 } text ? text : "<none>";
}
