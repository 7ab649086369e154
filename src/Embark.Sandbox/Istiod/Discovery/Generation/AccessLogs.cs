using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.AccessLogs;
using Embark.Sandbox.Istiod.Protos.Core;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Access logs: to a file and to an access log service, as MeshConfig's own fields or a Telemetry's providers say.</summary>
internal static class AccessLogs
{
    /// <summary>Istio's order of fields, which tools that read the log rely on.</summary>
    private const string Format =
        "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% "
        + "%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% \"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% "
        + "%DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" "
        + "\"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% "
        + "%DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

    public static IEnumerable<AccessLog> OfRequests(ProxyScope scope) =>
        All(scope, TelemetryProviderKind.HttpAccessLogs, GrpcAccessLogs.OfRequests);

    public static IEnumerable<AccessLog> OfConnections(ProxyScope scope) =>
        All(scope, TelemetryProviderKind.TcpAccessLogs, GrpcAccessLogs.OfConnections);

    /// <summary>Connections that no filter chain took are logged by the listener.</summary>
    public static IEnumerable<AccessLog> OfListener(ProxyScope scope)
    {
        foreach (var log in All(scope, TelemetryProviderKind.HttpAccessLogs, GrpcAccessLogs.OfListener))
        {
            log.Filter = new AccessLogFilter { ResponseFlagFilter = new ResponseFlagFilter { Flags = { "NR" } } };
            yield return log;
        }
    }

    // Providers, where there are any, take the place of MeshConfig's own fields.
    private static IEnumerable<AccessLog> All(ProxyScope scope, TelemetryProviderKind kind, Func<AccessLog> service)
    {
        var rule = scope.Telemetry(policy => policy.AccessLogging, scope.Settings.AccessLogProviders);
        if (rule.Off)
            return [];
        if (rule.Providers.Count == 0)
            return [.. scope.Settings.AccessLogFile.Length == 0 ? (IEnumerable<AccessLog>)[] : [File(scope, scope.Settings.AccessLogFile)], .. scope.Settings.AccessLogService ? [service()] : Array.Empty<AccessLog>()];
        return
        [
            .. from name in rule.Providers
               from provider in scope.Settings.Providers
               where provider.Name == name
               where provider.Kind == TelemetryProviderKind.File || provider.Kind == kind
               select provider.Kind == TelemetryProviderKind.File ? File(scope, "/dev/stdout") : GrpcAccessLogs.Of(provider),
        ];
    }

    private static AccessLog File(ProxyScope scope, string path) => new()
    {
        Name = "envoy.access_loggers.file",
        TypedConfig = Any.Pack(new FileAccessLog
        {
            Path = path,
            LogFormat = new SubstitutionFormatString
            {
                TextFormatSource = new DataSource { InlineString = scope.Settings.AccessLogFormat ?? Format },
            },
        }),
    };
}
