using System.Net;
using Embark.Kubernetes;

namespace Embark.Controller;

/// <summary>What the controller was told on its command line.</summary>
internal sealed record ControllerOptions
{
    /// <summary>Which cluster: a kubeconfig, or the pod's own account.</summary>
    public KubeconfigOptions Cluster { get; init; } = new();

    /// <summary>Namespace of istiod.</summary>
    public string SystemNamespace { get; init; } = "istio-system";

    /// <summary>Where health and pages are served; loopback unless told otherwise.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>Where Zipkin spans are taken; null for nowhere.</summary>
    public IPEndPoint? Zipkin { get; init; }

    /// <summary>Where access logs are taken; null for nowhere.</summary>
    public IPEndPoint? AccessLogs { get; init; }

    /// <summary>Where proxies of VMs are reached that are not at the address of their entry, by <c>namespace/name</c>.</summary>
    public IReadOnlyDictionary<string, IPEndPoint> Reach { get; init; } = new Dictionary<string, IPEndPoint>();

    /// <summary>Namespace of the lease; null for the pod's own, outside of a cluster the system namespace.</summary>
    public string? LeaseNamespace { get; init; }

    /// <summary>How long a lease holds without being renewed. Default 15 s, as client-go.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How this one is called among its replicas.</summary>
    public string Identity { get; init; } = $"{Environment.MachineName}_{Guid.NewGuid():n}";
}
