using System.Net;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>Finds what is behind each Service: EndpointSlices with their pods, and WorkloadEntries by label.</summary>
internal sealed class EndpointReader(Networks networks, IEnumerable<JsonObject> nodes)
{
    private readonly Dictionary<string, Locality> localities = nodes.Select(ObjectHead.Of)
        .ToDictionary(node => node.Name, node => Locality.OfLabels(node.Labels));

    public Workload Pod(JsonObject from)
    {
        var head = ObjectHead.Of(from);
        var locality = head.Labels.First(Labels.Locality) is { } label
            ? Locality.Parse(label)
            : localities.GetValueOrDefault(from.Text("spec", "nodeName") ?? "", Locality.Unknown);
        return new Workload
        {
            Name = OwnerOf(from, head), Namespace = head.Namespace, ServiceAccount = from.Text("spec", "serviceAccountName"),
            Labels = head.Labels, Locality = locality, SpeaksMutualTls = head.Labels.First(Labels.TlsMode) == "istio",
            Network = networks.Of(from.Text("status", "podIP") ?? "", head.Labels.First(Labels.Network)),
        };
    }

    public Workload Entry(JsonObject from)
    {
        var head = ObjectHead.Of(from);
        var labels = from.Map("spec", "labels").With(head.Labels);
        var account = from.Text("spec", "serviceAccount");
        return new Workload
        {
            Name = head.Name, Namespace = head.Namespace, ServiceAccount = account, Labels = labels,
            Locality = Locality.Parse(from.Text("spec", "locality") is { Length: > 0 } own ? own : labels.First(Labels.Locality)),
            SpeaksMutualTls = labels.First(Labels.TlsMode) is { } mode ? mode == "istio" : account is { Length: > 0 },
            Network = networks.Of(
                from.Text("spec", "address") ?? "",
                from.Text("spec", "network") is { Length: > 0 } network ? network : labels.First(Labels.Network)),
        };
    }

    /// <param name="pods">By <c>namespace/name</c>.</param>
    public static IEnumerable<MeshEndpoint> OfSlice(JsonObject slice, MeshService service, IReadOnlyDictionary<string, Workload> pods)
    {
        foreach (var endpoint in slice.Items("endpoints"))
        {
            // What is not ready is not sent; an absent condition means ready (Kubernetes EndpointConditions).
            if (endpoint.Choice("conditions", "ready") == false)
                continue;
            var name = endpoint.Text("targetRef", "name") ?? "";
            var workload = pods.GetValueOrDefault($"{service.Namespace}/{name}") ?? new Workload
            {
                Name = name, Namespace = service.Namespace, Labels = new Dictionary<string, string>(),
            };
            foreach (var address in endpoint.Texts("addresses"))
                foreach (var port in slice.Items("ports"))
                    if (service.Ports.FirstOrDefault(candidate => candidate.Name == (port.Text("name") ?? "")) is { } servicePort)
                        yield return new MeshEndpoint
                        {
                            Address = address, Port = port.Int("port") ?? servicePort.Number, ServicePort = servicePort.Number,
                            Workload = workload, HealthKnown = true,
                        };
        }
    }

    public static IEnumerable<MeshEndpoint> OfEntry(JsonObject entry, Workload workload, MeshService service)
    {
        var address = entry.Text("spec", "address") ?? "";
        if (!IPAddress.TryParse(address, out _))
            yield break;
        var ports = entry.Map("spec", "ports");
        var weight = (uint)Math.Max(entry.Int("spec", "weight") ?? 1, 1);
        foreach (var port in service.Ports)
            if (PortOf(port, ports) is { } number)
                yield return new MeshEndpoint
                {
                    Address = address, Port = number, ServicePort = port.Number, Workload = workload, Weight = weight, Ready = IsHealthy(entry),
                };
    }

    /// <summary>A target by name must be among the entry's ports; otherwise the entry's port of the service port's name, if any, goes first.</summary>
    private static int? PortOf(MeshServicePort port, IReadOnlyDictionary<string, string> ports)
    {
        var name = port.TargetNumber is null ? port.Target! : port.Name;
        return ports.TryGetValue(name, out var text) && int.TryParse(text, out var number) ? number : port.TargetNumber;
    }

    /// <summary>Only entries that ask for health checks are judged: they need the condition Healthy to be True.</summary>
    private static bool IsHealthy(JsonObject entry) =>
        entry.Map("metadata", "annotations").GetValueOrDefault(Labels.HealthChecksAnnotation) != "true"
        || entry.Items("status", "conditions").Any(condition => condition.Text("type") == "Healthy" && condition.Text("status") == "True");

    /// <summary>The Deployment behind a ReplicaSet's pod, or whatever controls the pod, or the pod.</summary>
    private static string OwnerOf(JsonObject pod, ObjectHead head)
    {
        var owner = pod.Items("metadata", "ownerReferences").FirstOrDefault(reference => reference.Choice("controller") == true);
        if (owner.Text("name") is not { } name)
            return head.Name;
        var suffix = "-" + head.Labels.GetValueOrDefault("pod-template-hash");
        return owner.Text("kind") == "ReplicaSet" && suffix.Length > 1 && name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name;
    }
}
