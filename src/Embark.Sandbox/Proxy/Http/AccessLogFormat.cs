using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>Envoy's command operators (<c>%NAME(argument):length%</c>) for text access logs; what is unknown prints a dash.</summary>
internal sealed partial class AccessLogFormat(string format)
{
    /// <summary>Istio's default line.</summary>
    public const string Default =
        "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% "
        + "%CONNECTION_TERMINATION_DETAILS% \"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
        + "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" "
        + "\"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% "
        + "%REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

    public string Render(Exchange exchange) => Operator().Replace(format, match => Escaped(Value(match.Groups[1].Value, match.Groups[2].Value, exchange) ?? "-"));

    private static string? Value(string name, string argument, Exchange e)
    {
        var (request, response) = (e.Context.Request, e.Context.Response);
        return name switch
        {
            "START_TIME" => e.Start.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            "REQ" => argument.Split('?').Select(header => Header(request, header)).FirstOrDefault(value => !string.IsNullOrEmpty(value)),
            "RESP" => response.Headers[argument] is { Count: > 0 } values ? values.ToString() : null,
            "PROTOCOL" => request.Protocol,
            "RESPONSE_CODE" => response.StatusCode.ToString(CultureInfo.InvariantCulture),
            "RESPONSE_FLAGS" => e.Flags,
            "RESPONSE_CODE_DETAILS" => e.Details,
            "UPSTREAM_TRANSPORT_FAILURE_REASON" => e.UpstreamFailureReason,
            "BYTES_RECEIVED" => (request.ContentLength ?? 0).ToString(CultureInfo.InvariantCulture),
            "BYTES_SENT" => e.BytesSent.ToString(CultureInfo.InvariantCulture),
            "DURATION" => ((long)e.Duration.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
            "UPSTREAM_HOST" => e.Upstream?.ToString(),
            "UPSTREAM_CLUSTER" or "UPSTREAM_CLUSTER_RAW" => e.ClusterName,
            "DOWNSTREAM_LOCAL_ADDRESS" => e.Connection.Local.ToString(),
            "DOWNSTREAM_REMOTE_ADDRESS" => e.Connection.Remote.ToString(),
            "REQUESTED_SERVER_NAME" => e.Connection.Look.Hello?.ServerName,
            "ROUTE_NAME" => string.IsNullOrEmpty(e.RouteName) ? null : e.RouteName,
            _ => null,
        };
    }

    private static string? Header(HttpRequest request, string name) => name.ToUpperInvariant() switch
    {
        ":METHOD" => request.Method,
        ":PATH" => request.Path.ToUriComponent() + request.QueryString,
        ":AUTHORITY" => request.Host.Value,
        _ => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
    };

    // A request must not be able to write lines of its own.
    private static string Escaped(string value)
    {
        if (!value.Any(char.IsControl))
            return value;
        var escaped = new StringBuilder();
        foreach (var c in value)
            _ = char.IsControl(c) ? escaped.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}") : escaped.Append(c);
        return escaped.ToString();
    }

    [GeneratedRegex("%([A-Z_]+)(?:\\(([^)]*)\\))?(?::\\d+)?%", RegexOptions.CultureInvariant)]
    private static partial Regex Operator();
}
