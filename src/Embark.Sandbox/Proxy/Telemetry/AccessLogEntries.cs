using System.Net;
using System.Security.Cryptography.X509Certificates;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Istiod.Protos.AccessLogService;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Proxy.Http;
using Embark.Sandbox.Proxy.Listening;
using Google.Protobuf.WellKnownTypes;
using static Embark.Sandbox.Istiod.Protos.AccessLogService.TLSProperties.Types;

namespace Embark.Sandbox.Proxy.Telemetry;

/// <summary>Requests and connections as entries of Envoy's access log service.</summary>
internal static class AccessLogEntries
{
    public static HTTPAccessLogEntry Of(Exchange exchange)
    {
        var (request, response) = (exchange.Context.Request, exchange.Context.Response);
        var common = Common(exchange.Connection, exchange.Start, exchange.Duration, exchange.ClusterName, exchange.Upstream, exchange.Flags);
        (common.AccessLogType, common.RouteName, common.StreamId) = (AccessLogType.DownstreamEnd, exchange.RouteName ?? "", request.Headers["x-request-id"].ToString());
        (common.UpstreamTransportFailureReason, common.UpstreamRequestAttemptCount) = (exchange.UpstreamFailureReason ?? "", (uint)exchange.Attempts);
        return new HTTPAccessLogEntry
        {
            CommonProperties = common,
            ProtocolVersion = request.Protocol == "HTTP/2" ? HTTPAccessLogEntry.Types.HTTPVersion.Http2 : HTTPAccessLogEntry.Types.HTTPVersion.Http11,
            Request = new HTTPRequestProperties
            {
                RequestMethod = System.Enum.TryParse<HTTPRequestProperties.Types.RequestMethod>(request.Method, ignoreCase: true, out var method) ? method : HTTPRequestProperties.Types.RequestMethod.MethodUnspecified,
                Scheme = request.Headers["x-forwarded-proto"].ToString(),
                Authority = request.Host.Value ?? "",
                Path = request.Path.ToUriComponent() + request.QueryString,
                UserAgent = request.Headers.UserAgent.ToString(),
                ForwardedFor = request.Headers["x-forwarded-for"].ToString(),
                RequestId = common.StreamId,
                RequestBodyBytes = (ulong)(request.ContentLength ?? 0),
            },
            Response = new HTTPResponseProperties
            {
                // Nobody was there to be answered: Envoy says 0.
                ResponseCode = exchange.Flags == "DC" ? 0 : (uint)response.StatusCode,
                ResponseBodyBytes = (ulong)exchange.BytesSent,
                ResponseCodeDetails = exchange.Details,
            },
        };
    }

    public static TCPAccessLogEntry Of(AcceptedConnection connection, DateTimeOffset start, TimeSpan duration, string? cluster, IPEndPoint? upstream, string? flags)
    {
        var common = Common(connection, start, duration, cluster, upstream, flags);
        common.AccessLogType = AccessLogType.TcpConnectionEnd;
        return new TCPAccessLogEntry { CommonProperties = common, ConnectionProperties = new ConnectionProperties() };
    }

    private static AccessLogCommon Common(AcceptedConnection connection, DateTimeOffset start, TimeSpan duration, string? cluster, IPEndPoint? upstream, string? flags) => new()
    {
        DownstreamRemoteAddress = At(connection.Remote),
        DownstreamDirectRemoteAddress = At(connection.Remote),
        DownstreamLocalAddress = At(connection.Local),
        TlsProperties = connection.PeerCertificate is not { } peer ? null : new TLSProperties
        {
            TlsSniHostname = connection.Look.Hello?.ServerName ?? "",
            LocalCertificateProperties = connection.OwnCertificate is { } own ? Names(own) : null,
            PeerCertificateProperties = Names(peer),
        },
        StartTime = Timestamp.FromDateTimeOffset(start),
        Duration = Duration.FromTimeSpan(duration),
        UpstreamCluster = cluster ?? "",
        UpstreamRemoteAddress = upstream is null ? null : At(upstream),
        ResponseFlags = flags is null ? null : Flags(flags.Split(',')),
    };

    private static Address At(IPEndPoint place) => new() { SocketAddress = new Istiod.Protos.Core.SocketAddress { Address = place.Address.ToString(), PortValue = (uint)place.Port } };

    private static CertificateProperties Names(X509Certificate2 certificate) => new()
    {
        SubjectAltName = { CallerAuthentication.UriNames(certificate).Select(uri => new CertificateProperties.Types.SubjectAltName { Uri = uri }) },
    };

    private static ResponseFlags Flags(string[] flags) => new()
    {
        NoHealthyUpstream = flags.Contains("UH"),
        UpstreamRequestTimeout = flags.Contains("UT"),
        UpstreamConnectionFailure = flags.Contains("UF"),
        NoRouteFound = flags.Contains("NR"),
        DownstreamConnectionTermination = flags.Contains("DC"),
        UpstreamRetryLimitExceeded = flags.Contains("URX"),
        UpstreamProtocolError = flags.Contains("UPE"),
        NoClusterFound = flags.Contains("NC"),
    };
}
