using System.Collections.Immutable;
using Embark.Controller.Telemetry.Protos;

namespace Embark.Controller.Telemetry.Logs;

/// <summary>
/// Entries of Envoy's access logs as calls. The direction is in the name of the cluster; the caller of an inbound entry
/// is in the certificate it showed (protocols 6.2).
/// </summary>
internal static class AccessLogReader
{
    /// <summary>The collector's own port is no traffic of the mesh (the logs would otherwise tell of themselves).</summary>
    private static readonly ImmutableHashSet<string> s_ownPorts = ["9411", "11800"];

    // End of a request, end of a connection, and what older proxies send; anything else tells of the same call again.
    private static bool IsEnd(int type) => type is 0 or 3 or 6;

    /// <summary>Null when it is not counted; the reason says why.</summary>
    public static Call? Read(HTTPAccessLogEntry entry, ReportingProxy proxy, KnownWorkloads known, out string reason)
    {
        var common = entry.CommonProperties;
        if (common is null || entry.Response is null)
            return Not(Reasons.Malformed, out reason);
        if (!IsEnd(common.AccessLogType))
            return Not(Reasons.NotAnEnd, out reason);
        if (entry.Request?.UserAgent is { } agent && (agent.StartsWith("istio-probe/", StringComparison.Ordinal) || agent.StartsWith("kube-probe/", StringComparison.Ordinal)))
            return Not(Reasons.HealthProbe, out reason);
        if (KeyOf(common, proxy, known, out reason) is not { } key)
            return null;
        var code = entry.Response.ResponseCode ?? 0;
        return new Call(key)
        {
            Failed = code >= 500 || (code == 0 && Failed(common.ResponseFlags)),
            Duration = (common.Duration ?? common.TimeToLastDownstreamTxByte) is { } duration ? Time(duration) : null,
            MutualTls = key.View == View.CalleeLog ? PrincipalOf(common) is not null : null,
            Bytes = Size(entry.Request?.RequestBodyBytes ?? 0) + Size(entry.Response.ResponseBodyBytes),
        };
    }

    /// <inheritdoc cref="Read(HTTPAccessLogEntry, ReportingProxy, KnownWorkloads, out string)"/>
    public static Call? Read(TCPAccessLogEntry entry, ReportingProxy proxy, KnownWorkloads known, out string reason)
    {
        var common = entry.CommonProperties;
        if (common is null)
            return Not(Reasons.Malformed, out reason);
        if (!IsEnd(common.AccessLogType))
            return Not(Reasons.NotAnEnd, out reason);
        if (KeyOf(common, proxy, known, out reason) is not { } key)
            return null;
        return new Call(key)
        {
            Connection = true,
            Failed = Failed(common.ResponseFlags),
            MutualTls = key.View == View.CalleeLog ? PrincipalOf(common) is not null : null,
            Bytes = Size(entry.ConnectionProperties?.ReceivedBytes ?? 0) + Size(entry.ConnectionProperties?.SentBytes ?? 0),
        };
    }

    private static CallKey? KeyOf(AccessLogCommon common, ReportingProxy proxy, KnownWorkloads known, out string reason)
    {
        reason = "";
        var cluster = common.UpstreamCluster;
        if (cluster.StartsWith("inbound|", StringComparison.Ordinal))
            return new CallKey(View.CalleeLog, Caller(common, known), proxy.Workload);
        if (cluster.StartsWith("outbound|", StringComparison.Ordinal) && cluster.Split('|') is [_, var port, _, var host])
        {
            if (s_ownPorts.Contains(port))
                reason = Reasons.OwnTraffic;
            else
                return new CallKey(View.CallerLog, proxy.Workload, Destinations.Of(host, common.UpstreamRemoteAddress?.SocketAddress?.Address ?? "", known));
        }
        else if (cluster == "PassthroughCluster")
            return new CallKey(View.CallerLog, proxy.Workload, Workload.Elsewhere);
        else // A gateway that passes mutual TLS on is no end of the call: both ends tell of it themselves.
            reason = cluster.StartsWith("outbound_.", StringComparison.Ordinal) ? Reasons.PassedThrough : Reasons.NoDestination;
        return null;
    }

    private static Workload Caller(AccessLogCommon common, KnownWorkloads known)
    {
        var address = (common.DownstreamDirectRemoteAddress ?? common.DownstreamRemoteAddress)?.SocketAddress?.Address ?? "";
        return PrincipalOf(common) is { } peer
            ? known.At(address, peer.Namespace, peer.Account) ?? known.OfAccount(peer.Namespace, peer.Account)
            : known.At(address) ?? Workload.Caller;
    }

    private static Principal? PrincipalOf(AccessLogCommon common)
    {
        foreach (var name in common.TlsProperties?.PeerCertificateProperties?.SubjectAltName ?? [])
            if (Principal.Parse(name.Uri) is { } principal)
                return principal;
        return null;
    }

    private static bool Failed(ResponseFlags? flags) => flags is not null && (
        flags.NoHealthyUpstream || flags.UpstreamRequestTimeout || flags.UpstreamRemoteReset || flags.UpstreamConnectionFailure || flags.UpstreamConnectionTermination
        || flags.UpstreamOverflow || flags.NoRouteFound || flags.UpstreamRetryLimitExceeded || flags.UpstreamMaxStreamDurationReached || flags.DurationTimeout
        || flags.UpstreamProtocolError || flags.NoClusterFound || flags.DnsResolutionFailure || flags.FailedLocalHealthcheck);

    // Numbers of a stranger: what is no time is none, and no sum may overflow.
    private static TimeSpan? Time(Google.Protobuf.WellKnownTypes.Duration duration) =>
        duration is { Seconds: >= 0 and < 86_400, Nanos: >= 0 and < 1_000_000_000 } ? TimeSpan.FromTicks((duration.Seconds * TimeSpan.TicksPerSecond) + (duration.Nanos / 100)) : null;

    private static long Size(ulong bytes) => (long)Math.Min(bytes, 1UL << 40);

    private static Call? Not(string why, out string reason)
    {
        reason = why;
        return null;
    }
}
