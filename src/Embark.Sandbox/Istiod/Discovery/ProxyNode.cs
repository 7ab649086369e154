using System.Net;
using Node = Embark.Sandbox.Istiod.Protos.Core.Node;

namespace Embark.Sandbox.Istiod.Discovery;

/// <summary>How a proxy comes by the application's traffic.</summary>
internal enum Interception { Redirect, Tproxy, None }

/// <summary>What a proxy says about itself in its first request.</summary>
internal sealed record ProxyNode
{
    public required string Id { get; init; }

    public required bool IsRouter { get; init; }

    /// <summary>Pod or WorkloadEntry name, as the middle of the id says.</summary>
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>At least one; the first is where inbound listeners are.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Null: any account of the namespace may use this node.</summary>
    public string? ServiceAccount { get; init; }

    public string ClusterId { get; init; } = "";

    public string MeshId { get; init; } = "";

    public string Network { get; init; } = "";

    /// <summary>Empty: endpoints of all networks are visible.</summary>
    public IReadOnlyList<string> RequestedNetworks { get; init; } = [];

    public Interception Interception { get; init; }

    /// <summary>True: ports below 1024 cannot be bound.</summary>
    public bool Unprivileged { get; init; }

    /// <summary>WorkloadEntry whose health this proxy reports; null when it reports none.</summary>
    public string? WorkloadEntry { get; init; }

    /// <summary>WorkloadGroup that asks for an entry to be made; null for none.</summary>
    public string? AutoRegisterGroup { get; init; }

    /// <summary>Per cent of its requests that it wants traced; null when it does not say.</summary>
    public double? Sampling { get; init; }

    /// <summary>ISTIO_VERSION; null when it is none.</summary>
    public Version? Version { get; init; }

    /// <summary>True when the proxy probes its application.</summary>
    public bool ProbesReadiness { get; init; }

    /// <exception cref="InvalidNodeException">The node cannot be served; the message is istiod's own.</exception>
    public static ProxyNode Parse(Node? node)
    {
        if (node is null)
            throw new InvalidNodeException("missing node information");
        if (node.Id.Split('~') is not [var type, var address, var name, var domain])
            throw new InvalidNodeException($"missing parts in the service node \"{node.Id}\"");
        if (type is not ("sidecar" or "router"))
            throw new InvalidNodeException($"invalid node type (valid types: [sidecar router waypoint ztunnel]) in the service node \"{node.Id}\"");
        var metadata = NodeMetadata.Parse(node.Metadata);
        return new ProxyNode
        {
            Id = node.Id, IsRouter = type == "router", Name = name.Split('.')[0],
            Namespace = metadata.Text("NAMESPACE") ?? domain.Split('.')[0],
            Addresses = AddressesOf(metadata.Text("INSTANCE_IPS"), address),
            Labels = metadata.Map("LABELS"), ServiceAccount = metadata.Text("SERVICE_ACCOUNT"),
            ClusterId = metadata.Text("CLUSTER_ID") ?? "", MeshId = metadata.Text("MESH_ID") ?? "", Network = metadata.Text("NETWORK") ?? "",
            RequestedNetworks = metadata.Text("REQUESTED_NETWORK_VIEW")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [],
            Interception = metadata.Text("INTERCEPTION_MODE") switch
            {
                "NONE" => Interception.None,
                "TPROXY" => Interception.Tproxy,
                _ => Interception.Redirect,
            },
            Unprivileged = metadata.Text("UNPRIVILEGED_POD") == "true",
            WorkloadEntry = metadata.Text("WORKLOAD_ENTRY"), AutoRegisterGroup = metadata.Text("AUTO_REGISTER_GROUP"),
            Sampling = metadata.Number("PROXY_CONFIG", "tracing", "sampling"),
            Version = Version.TryParse(metadata.Text("ISTIO_VERSION")?.Split('-')[0], out var version) ? version : null,
            ProbesReadiness = metadata.Has("PROXY_CONFIG", "readinessProbe"),
        };
    }

    /// <summary>The list counts only when all of it are addresses; else the id's own.</summary>
    private static List<IPAddress> AddressesOf(string? list, string ofId)
    {
        foreach (var candidates in new[] { list?.Split(',') ?? [], [ofId] })
        {
            var parsed = candidates.Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>().ToList();
            if (parsed.Count == candidates.Length && parsed.Count > 0)
                return parsed;
        }
        throw new InvalidNodeException("no valid IP address in the service node id or metadata");
    }
}

/// <summary>A node that is refused with gRPC code InvalidArgument.</summary>
internal sealed class InvalidNodeException(string message) : Exception(message);
