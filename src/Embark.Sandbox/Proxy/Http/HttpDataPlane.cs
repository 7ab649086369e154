using Embark.Sandbox.Proxy.Telemetry;
using Embark.Sandbox.Proxy.Upstream;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>What all HTTP connection managers of one proxy share.</summary>
internal sealed record HttpDataPlane(
    HttpCodec Codec, UpstreamClusters Clusters, Stats Stats, TimeProvider Clock, Random Random, TextWriter AccessLogOutput, ProxyTelemetry Telemetry, CancellationToken Draining);
