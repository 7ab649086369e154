using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>Copies headers from one hop to the next, without those that belong to one connection (RFC 9110, 7.6.1).</summary>
internal static class HopHeaders
{
    private static readonly HashSet<string> s_ofOneConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te", "expect", "http2-settings",
    };

    public static void CopyTo(HttpRequest from, HttpRequestMessage to)
    {
        foreach (var (name, values) in from.Headers)
        {
            if (s_ofOneConnection.Contains(name) || name.StartsWith(':') || name.Equals("host", StringComparison.OrdinalIgnoreCase))
                continue;
            if (to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                continue;
            // A header of the content although there is none: an empty one carries it.
            to.Content ??= new ByteArrayContent([]);
            if (!name.Equals("content-length", StringComparison.OrdinalIgnoreCase) || to.Content is RequestBody)
                to.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        if (from.Headers.TE.ToString().Contains("trailers", StringComparison.OrdinalIgnoreCase))
            to.Headers.TryAddWithoutValidation("te", "trailers"); // gRPC needs it
    }

    public static void CopyTo(HttpResponseMessage from, HttpResponse to)
    {
        Copy(from.Headers);
        Copy(from.Content.Headers);

        void Copy(HttpHeaders headers)
        {
            foreach (var (name, values) in headers.NonValidated)
                if (!s_ofOneConnection.Contains(name))
                    to.Headers[name] = values.ToArray();
        }
    }
}
