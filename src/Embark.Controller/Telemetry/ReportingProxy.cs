using Embark.Controller.Telemetry.Protos;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Controller.Telemetry;

/// <summary>The proxy at the other end of a stream, as its first message says.</summary>
/// <param name="Name">Namespace and name of its pod or WorkloadEntry.</param>
/// <param name="Address">The address in its id.</param>
/// <param name="Account">Service account; empty when it does not say.</param>
/// <param name="Workload">What is counted for it.</param>
/// <param name="IsGateway">True for a router, false for a sidecar.</param>
internal sealed record ReportingProxy(string Name, string Address, string Account, Workload Workload, bool IsGateway)
{
    /// <summary>Null when the node says nothing that can be used.</summary>
    public static ReportingProxy? Of(Node? node, KnownWorkloads known)
    {
        if (node?.Id.Split('~') is not [var type, var address, var full, _] || type is not ("sidecar" or "router"))
            return null;
        var dot = full.LastIndexOf('.');
        var (name, ns) = dot > 0 ? (Names.Checked(full[..dot]), Names.Checked(full[(dot + 1)..])) : ("", "");
        ns = Names.First(Text(node.Metadata, "NAMESPACE"), ns);
        if (name.Length == 0 || ns.Length == 0)
            return null;

        var labels = node.Metadata?.Fields.GetValueOrDefault("LABELS")?.StructValue;
        var workload = Names.First(Text(node.Metadata, "WORKLOAD_NAME"), name);
        var said = new Workload(
            ns, workload, Names.First(Text(labels, "app"), Text(labels, "service.istio.io/canonical-name"), workload),
            Names.First(Text(labels, "version"), Text(labels, "service.istio.io/canonical-revision")), Place.Cluster);
        // The API knows better than the proxy where it runs, and which labels its pod has.
        if (known.Named(ns, name) is { } object_)
            said = labels is null ? object_.Workload : said with { Place = object_.Workload.Place };
        return new ReportingProxy($"{ns}/{name}", System.Net.IPAddress.TryParse(address, out _) ? address : "", Names.Checked(Text(node.Metadata, "SERVICE_ACCOUNT")), said, type == "router");
    }

    private static string? Text(Struct? members, string name) =>
        members?.Fields.GetValueOrDefault(name) is { KindCase: Value.KindOneofCase.StringValue } value ? value.StringValue : null;
}
