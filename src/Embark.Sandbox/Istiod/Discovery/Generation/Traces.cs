using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Types;
using Google.Protobuf.WellKnownTypes;
using static Embark.Sandbox.Istiod.Protos.Types.CustomTag.Types;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Sampling and tags of traces; without a provider, and without a tracer in the bootstrap, nothing is sent.</summary>
internal static class Traces
{
    public static HttpConnectionManager.Types.Tracing? Of(ProxyScope scope)
    {
        var rule = scope.Telemetry(policy => policy.Tracing, scope.Settings.TracingProviders);
        if (!scope.Settings.Tracing || rule.Off)
            return null;
        var tracing = Basis(scope, rule.Sampling ?? scope.Proxy.Sampling ?? scope.Settings.Sampling);
        var provider = rule.Providers.Select(name => scope.Settings.Providers.FirstOrDefault(one => one.Name == name && one.Kind == TelemetryProviderKind.Zipkin)).FirstOrDefault(one => one is not null);
        if (provider is not null)
            tracing.Provider = new Tracing.Types.Http { Name = "envoy.tracers.zipkin", TypedConfig = Any.Pack(Zipkin(scope, provider)) };
        return tracing;
    }

    // Proxies from 1.29 on are told in a newer form (protocols 6.3).
    private static ZipkinConfig Zipkin(ProxyScope scope, TelemetryProvider provider)
    {
        const string Path = "/api/v2/spans";
        var config = new ZipkinConfig
        {
            CollectorEndpointVersion = ZipkinConfig.Types.CollectorEndpointVersion.HttpJson, TraceId128Bit = true, SharedSpanContext = false,
        };
        if (scope.Proxy.IsAtLeast(1, 29))
            config.CollectorService = new HttpService
            {
                HttpUri = new HttpUri { Uri = $"http://{provider.Service}{Path}", Cluster = provider.Cluster, Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)) },
            };
        else
            (config.CollectorCluster, config.CollectorEndpoint, config.CollectorHostname) = (provider.Cluster, Path, provider.Service);
        return config;
    }

    private static HttpConnectionManager.Types.Tracing Basis(ProxyScope scope, double sampling) => new()
    {
        ClientSampling = new Percent { Value = 100 },
        RandomSampling = new Percent { Value = sampling },
        OverallSampling = new Percent { Value = 100 },
        CustomTags =
        {
            OfDryRun("allow", "name", "effective_policy_id"), OfDryRun("allow", "result", "engine_result"),
            OfDryRun("deny", "name", "effective_policy_id"), OfDryRun("deny", "result", "engine_result"),
            // Only these labels count here: a workload that is named by its app label alone is "unknown" in traces.
            Fixed("canonical_revision", scope.Labels.GetValueOrDefault(Mesh.Labels.CanonicalRevision, "latest")),
            Fixed("canonical_service", scope.Labels.GetValueOrDefault(Mesh.Labels.CanonicalName, "unknown")),
            Fixed("cluster_id", scope.Proxy.ClusterId.Length > 0 ? scope.Proxy.ClusterId : "unknown"),
            Fixed("mesh_id", scope.Proxy.MeshId.Length > 0 ? scope.Proxy.MeshId : "unknown"),
            Fixed("namespace", scope.Proxy.Namespace),
        },
    };

    private static CustomTag Fixed(string name, string value) => new() { Tag = "istio." + name, Literal = new Literal { Value = value } };

    private static CustomTag OfDryRun(string action, string what, string key) => new()
    {
        Tag = $"istio.authorization.dry_run.{action}_policy.{what}",
        Metadata = new CustomTag.Types.Metadata
        {
            Kind = new MetadataKind { Request = new MetadataKind.Types.Request() },
            MetadataKey = new MetadataKey
            {
                Key = "envoy.filters.http.rbac", Path = { new MetadataKey.Types.PathSegment { Key = $"istio_dry_run_{action}_shadow_{key}" } },
            },
        },
    };
}
