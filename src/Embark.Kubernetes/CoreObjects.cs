using System.Text.Json;
using System.Text.Json.Serialization;

namespace Embark.Kubernetes;

/// <summary>A ConfigMap of the core group.</summary>
public sealed record ConfigMap(ObjectMeta Metadata, IReadOnlyDictionary<string, string>? Data);

/// <summary>A Namespace.</summary>
public sealed record KubernetesNamespace(ObjectMeta Metadata);

/// <summary>A ServiceAccount.</summary>
public sealed record ServiceAccount(ObjectMeta Metadata);

/// <summary>A Service with the parts that routing to a gateway needs.</summary>
public sealed record Service(ObjectMeta Metadata, ServiceSpec? Spec, ServiceStatus? Status);

/// <summary>Wanted state of a Service.</summary>
public sealed record ServiceSpec(
    string? Type, IReadOnlyList<ServicePort>? Ports, IReadOnlyDictionary<string, string>? Selector, IReadOnlyList<string>? ExternalIPs)
{
    /// <summary>Its address inside the cluster; <c>None</c> for a headless one.</summary>
    public string? ClusterIP { get; init; }
}

/// <summary>One port of a Service; <c>TargetPort</c> is a number or a name.</summary>
public sealed record ServicePort(string? Name, int Port, string? Protocol, JsonElement? TargetPort)
{
    /// <summary>What is spoken there, such as <c>http</c>; null when the Service does not say.</summary>
    public string? AppProtocol { get; init; }
}

/// <summary>Seen state of a Service.</summary>
public sealed record ServiceStatus(LoadBalancerStatus? LoadBalancer);

/// <summary>Addresses of a Service's load balancer.</summary>
public sealed record LoadBalancerStatus(IReadOnlyList<LoadBalancerIngress>? Ingress);

/// <summary>One address of a load balancer: an IP, a host name, or both.</summary>
public sealed record LoadBalancerIngress(string? Ip, string? Hostname);

/// <summary>Kinds of the core group.</summary>
public static class CoreKinds
{
    /// <summary>ConfigMaps.</summary>
    public static ResourceKind<ConfigMap> ConfigMaps { get; } = new("", "v1", "configmaps", "ConfigMap", CoreJson.Default.ConfigMap);

    /// <summary>Namespaces.</summary>
    public static ResourceKind<KubernetesNamespace> Namespaces { get; } =
        new("", "v1", "namespaces", "Namespace", CoreJson.Default.KubernetesNamespace) { Namespaced = false };

    /// <summary>ServiceAccounts.</summary>
    public static ResourceKind<ServiceAccount> ServiceAccounts { get; } =
        new("", "v1", "serviceaccounts", "ServiceAccount", CoreJson.Default.ServiceAccount);

    /// <summary>Services.</summary>
    public static ResourceKind<Service> Services { get; } = new("", "v1", "services", "Service", CoreJson.Default.Service);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(KubernetesNamespace))]
[JsonSerializable(typeof(ServiceAccount))]
[JsonSerializable(typeof(Service))]
internal sealed partial class CoreJson : JsonSerializerContext;
