using System.Security.Cryptography;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Types;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy.Telemetry;

/// <summary>Traces of one HTTP connection manager: continues what a request brings in B3 headers, or begins anew for a share of requests.</summary>
internal sealed class Tracer
{
    private readonly HttpConnectionManager.Types.Tracing _tracing;
    private readonly ProxyTelemetry _telemetry;
    private readonly SpanCollector? _provider;
    private readonly bool _outbound;
    private readonly Random _random;

    private Tracer(HttpConnectionManager.Types.Tracing tracing, bool outbound, ProxyTelemetry telemetry, Random random)
    {
        (_tracing, _outbound, _telemetry, _random) = (tracing, outbound, telemetry, random);
        _provider = tracing.Provider?.TypedConfig is { } any && any.Is(ZipkinConfig.Descriptor) ? Collector(any.Unpack<ZipkinConfig>()) : null;
    }

    /// <summary>Null where the configuration has no tracing.</summary>
    public static Tracer? Of(HttpConnectionManager manager, bool outbound, ProxyTelemetry telemetry, Random random) =>
        manager.Tracing is { } tracing ? new Tracer(tracing, outbound, telemetry, random) : null;

    /// <summary>Null when the request is not traced, or nobody takes spans.</summary>
    public ActiveSpan? Begin(HttpRequest request)
    {
        if ((_provider ?? _telemetry.BootstrapTracer) is not { } collector)
            return null;
        var headers = request.Headers;
        string trace = headers["x-b3-traceid"].ToString(), parent = headers["x-b3-spanid"].ToString(), said = headers["x-b3-sampled"].ToString();
        if (!IsId(trace) || !IsId(parent))
            (trace, parent, said) = (RandomNumberGenerator.GetHexString(32, lowercase: true), "", "");
        var sampled = said.Length > 0 ? said == "1" : _random.NextDouble() * 100 < (_tracing.RandomSampling?.Value ?? 100);
        // The root's id is the end of the trace's (protocols 6.3).
        var id = parent.Length == 0 ? trace[^16..] : RandomNumberGenerator.GetHexString(16, lowercase: true);
        headers["x-b3-traceid"] = trace;
        headers["x-b3-spanid"] = id;
        headers["x-b3-sampled"] = sampled ? "1" : "0";
        if (parent.Length > 0)
            headers["x-b3-parentspanid"] = parent;
        return sampled ? new ActiveSpan(trace, id, parent, _outbound, _tracing.CustomTags, _telemetry, collector) : null;
    }

    private static bool IsId(string text) => text.Length is 16 or 32 && text.All(char.IsAsciiHexDigit);

    private static SpanCollector Collector(ZipkinConfig config) => config.CollectorService?.HttpUri is { } http && Uri.TryCreate(http.Uri, UriKind.Absolute, out var uri)
        ? new SpanCollector(http.Cluster, uri.AbsolutePath, uri.Host)
        : new SpanCollector(config.CollectorCluster, config.CollectorEndpoint, config.CollectorHostname.Length > 0 ? config.CollectorHostname : config.CollectorCluster);
}
