using Embark.Controller.Telemetry;
using Embark.Controller.Telemetry.Protos;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Controller.Tests.Telemetry;

/// <summary>Messages as Envoy sends them, and a mesh in which their names mean something.</summary>
internal static class Samples
{
    public static Collector Collector(TimeProvider? clock = null, WindowOptions? options = null)
    {
        var collector = new Collector(options ?? new WindowOptions(), clock ?? new SetClock());
        collector.Known.Replace(
        [
            Known("ratings-vm", "bookinfo-ratings", "10.128.0.2", "ratings", "v3", Place.Vm),
            Known("productpage-v1-0", "bookinfo-productpage", "10.4.0.14", "productpage", "v1", Place.Cluster),
            Known("details-v1-0", "bookinfo-details", "10.4.0.13", "details", "v1", Place.Cluster),
            Known("reviews-v1-0", "bookinfo-reviews", "10.4.0.12", "reviews", "v1", Place.Cluster),
            Known("reviews-v2-0", "bookinfo-reviews", "10.4.0.22", "reviews", "v2", Place.Cluster),
        ], []);
        return collector;
    }

    public static KnownWorkload Known(string name, string account, string address, string app, string version, Place place) =>
        new(name, account, [address], new Workload("bookinfo", name, app, version, place));

    public static StreamAccessLogsMessage.Types.Identifier Proxy(string name, string app, string version, string address) => new()
    {
        LogName = "http_envoy_accesslog",
        Node = new Node
        {
            Id = $"sidecar~{address}~{name}.bookinfo~bookinfo.svc.cluster.local",
            Cluster = $"{app}.bookinfo",
            Metadata = new Struct
            {
                Fields =
                {
                    ["NAMESPACE"] = Value.ForString("bookinfo"), ["WORKLOAD_NAME"] = Value.ForString(name), ["SERVICE_ACCOUNT"] = Value.ForString($"bookinfo-{app}"),
                    ["LABELS"] = Value.ForStruct(new Struct { Fields = { ["app"] = Value.ForString(app), ["version"] = Value.ForString(version) } }),
                },
            },
        },
    };

    public static HTTPAccessLogEntry Outbound(string service, string address, uint code = 200, double milliseconds = 10) => new()
    {
        CommonProperties = new AccessLogCommon
        {
            UpstreamCluster = $"outbound|9080||{service}.bookinfo.svc.cluster.local", UpstreamRemoteAddress = At(address),
            Duration = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds)), AccessLogType = 6,
        },
        Request = new HTTPRequestProperties { UserAgent = "curl" },
        Response = new HTTPResponseProperties { ResponseCode = code, ResponseBodyBytes = 100 },
    };

    public static HTTPAccessLogEntry Inbound(string address, string? account, uint code = 200, string agent = "curl")
    {
        var entry = new HTTPAccessLogEntry
        {
            CommonProperties = new AccessLogCommon { UpstreamCluster = "inbound|9080||", DownstreamDirectRemoteAddress = At(address), Duration = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(5)), AccessLogType = 6 },
            Request = new HTTPRequestProperties { UserAgent = agent },
            Response = new HTTPResponseProperties { ResponseCode = code },
        };
        if (account is not null)
            entry.CommonProperties.TlsProperties = new TLSProperties
            {
                PeerCertificateProperties = new TLSProperties.Types.CertificateProperties
                {
                    SubjectAltName = { new TLSProperties.Types.CertificateProperties.Types.SubjectAltName { Uri = $"spiffe://cluster.local/ns/bookinfo/sa/{account}" } },
                },
            };
        return entry;
    }

    public static void Send(this Collector collector, StreamAccessLogsMessage.Types.Identifier from, params IEnumerable<HTTPAccessLogEntry> entries) =>
        collector.Take(new StreamAccessLogsMessage { HttpLogs = new StreamAccessLogsMessage.Types.HTTPAccessLogEntries { LogEntry = { entries } } }, collector.Meet(from));

    private static Address At(string address) => new() { SocketAddress = new Address.Types.SocketAddress { Address = address, PortValue = 9080 } };
}

/// <summary>A clock that stands until it is set.</summary>
internal sealed class SetClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
