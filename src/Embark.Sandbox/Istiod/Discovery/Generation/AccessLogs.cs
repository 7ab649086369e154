using Embark.Sandbox.Istiod.Protos.AccessLogs;
using Embark.Sandbox.Istiod.Protos.Core;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Text access log of MeshConfig.accessLogFile.</summary>
internal static class AccessLogs
{
    /// <summary>Istio's order of fields, which tools that read the log rely on.</summary>
    private const string Format =
        "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% "
        + "%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% \"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% "
        + "%DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" "
        + "\"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% "
        + "%DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

    public static IEnumerable<AccessLog> OfRequests(ProxyScope scope) => scope.Settings.AccessLogFile.Length == 0 ? [] : [Log(scope)];

    /// <summary>Connections that no filter chain took are logged by the listener.</summary>
    public static IEnumerable<AccessLog> OfListener(ProxyScope scope)
    {
        foreach (var log in OfRequests(scope))
        {
            log.Filter = new AccessLogFilter { ResponseFlagFilter = new ResponseFlagFilter { Flags = { "NR" } } };
            yield return log;
        }
    }

    private static AccessLog Log(ProxyScope scope) => new()
    {
        Name = "envoy.access_loggers.file",
        TypedConfig = Any.Pack(new FileAccessLog
        {
            Path = scope.Settings.AccessLogFile,
            LogFormat = new SubstitutionFormatString
            {
                TextFormatSource = new DataSource { InlineString = scope.Settings.AccessLogFormat ?? Format },
            },
        }),
    };
}
