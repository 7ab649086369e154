using System.Net;

namespace Embark.Kubernetes.Transport;

/// <summary>
/// The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY ask for, read as Go reads them, so that what works for kubectl works here:
/// addresses and CIDR blocks in NO_PROXY, never a proxy for this machine itself.
/// Source: https://pkg.go.dev/golang.org/x/net/http/httpproxy
/// </summary>
internal static class EnvironmentProxy
{
    /// <summary>Null for a direct connection.</summary>
    public static Uri? For(Uri server, Func<string, string?> environment)
    {
        if (server.IsLoopback || Excluded(server, Value("NO_PROXY") ?? ""))
            return null;
        var name = server.Scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY";
        if (Value(name) is not { } text)
            return null;
        if (!text.Contains("://", StringComparison.Ordinal))
            text = $"http://{text}";
        return Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw new KubernetesException(KubernetesFailure.Credentials, $"{name} is no http, https or socks5 address", $"mend or unset {name}");

        string? Value(string variable) =>
            environment(variable) is { Length: > 0 } upper ? upper
            : environment(variable.ToLowerInvariant()) is { Length: > 0 } lower ? lower : null;
    }

    private static bool Excluded(Uri server, string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Any(entry => Matches(server, entry));

    private static bool Matches(Uri server, string entry)
    {
        if (entry == "*")
            return true;
        var host = server.IdnHost;
        if (IPAddress.TryParse(host, out var address))
        {
            return (IPNetwork.TryParse(entry, out var block) && block.BaseAddress.AddressFamily == address.AddressFamily && block.Contains(address))
                || (IPEndPoint.TryParse(entry, out var one) && one.Address.Equals(address) && (one.Port == 0 || one.Port == server.Port));
        }

        var colon = entry.LastIndexOf(':');
        if (colon > 0 && !entry[(colon + 1)..].Equals($"{server.Port}", StringComparison.Ordinal))
            return false;
        var domain = colon > 0 ? entry[..colon] : entry;
        var suffix = domain.StartsWith("*.", StringComparison.Ordinal) ? domain[1..] : domain;
        return suffix.StartsWith('.')
            ? host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
            : host.Equals(suffix, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{suffix}", StringComparison.OrdinalIgnoreCase);
    }
}
