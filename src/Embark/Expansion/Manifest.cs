using System.Text.Json.Nodes;
using Embark.Kubernetes;

namespace Embark.Expansion;

/// <summary>One object as it is applied: with apiVersion, kind, name and labels.</summary>
/// <param name="Kind">Its kind; the object is kept as JSON.</param>
/// <param name="Namespace">Null for objects of the whole cluster.</param>
/// <param name="Name">Its name.</param>
/// <param name="Value">All that is said of it, and nothing that the API server fills in.</param>
public sealed record Manifest(ResourceKind<JsonObject> Kind, string? Namespace, string Name, JsonObject Value)
{
    /// <summary>Such as <c>Service istio-system/vmgateway</c>.</summary>
    public string Title => Namespace is null ? $"{Kind.Kind} {Name}" : $"{Kind.Kind} {Namespace}/{Name}";

    /// <summary>True for what others made and where only some fields are said: the system namespace and its network label.</summary>
    public bool IsShared => Kind.Kind == "Namespace";

    internal static ResourceKind<JsonObject> Namespaces { get; } = Of("", "v1", "namespaces", "Namespace") with { Namespaced = false };

    internal static ResourceKind<JsonObject> ServiceAccounts { get; } = Of("", "v1", "serviceaccounts", "ServiceAccount");

    internal static ResourceKind<JsonObject> Services { get; } = Of("", "v1", "services", "Service");

    internal static ResourceKind<JsonObject> Deployments { get; } = Of("apps", "v1", "deployments", "Deployment");

    internal static ResourceKind<JsonObject> Gateways { get; } = Of("networking.istio.io", "v1", "gateways", "Gateway");

    internal static ResourceKind<JsonObject> VirtualServices { get; } = Of("networking.istio.io", "v1", "virtualservices", "VirtualService");

    internal static ResourceKind<JsonObject> Definitions { get; } = Of("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition") with { Namespaced = false };

    /// <summary>Kinds that mesh expansion makes; the label selector <see cref="Ownership.Selector"/> finds the objects.</summary>
    public static IReadOnlyList<ResourceKind<JsonObject>> MadeKinds { get; } = [ServiceAccounts, Services, Deployments, Gateways, VirtualServices];

    /// <summary>An object whose <paramref name="body"/> holds what stands beside its metadata.</summary>
    internal static Manifest Make(ResourceKind<JsonObject> kind, string? @namespace, string name, JsonObject metadata, JsonObject body)
    {
        var named = new JsonObject { ["name"] = name };
        if (@namespace is not null) named["namespace"] = @namespace;
        foreach (var (key, value) in metadata) named[key] = value?.DeepClone();
        var whole = new JsonObject { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = named };
        foreach (var (key, value) in body) whole[key] = value?.DeepClone();
        return new(kind, @namespace, name, whole);
    }

    private static ResourceKind<JsonObject> Of(string group, string version, string plural, string kind) => new(group, version, plural, kind, ExpansionJson.Default.JsonObject);
}
