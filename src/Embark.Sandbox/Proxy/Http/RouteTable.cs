using Embark.Sandbox.Istiod.Protos.Routes;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>One route configuration, prepared for look-ups: virtual host by domain, then the first route that matches.</summary>
internal sealed class RouteTable
{
    private readonly Dictionary<string, VirtualHost> _exact = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Suffix, VirtualHost Host)> _suffixes = [];
    private readonly List<(string Prefix, VirtualHost Host)> _prefixes = [];
    private readonly VirtualHost? _any;

    public RouteTable(RouteConfiguration configuration)
    {
        Configuration = configuration;
        foreach (var host in configuration.VirtualHosts)
            foreach (var domain in host.Domains)
                if (domain == "*")
                    _any = host;
                else if (domain.StartsWith('*'))
                    _suffixes.Add((domain[1..], host));
                else if (domain.EndsWith('*'))
                    _prefixes.Add((domain[..^1], host));
                else
                    _exact.TryAdd(domain, host);
        _suffixes.Sort((a, b) => b.Suffix.Length - a.Suffix.Length); // the longest wins
        _prefixes.Sort((a, b) => b.Prefix.Length - a.Prefix.Length);
    }

    public RouteConfiguration Configuration { get; }

    /// <summary>Host and route of a request; null when nothing matches (404, as Envoy answers).</summary>
    public (VirtualHost Host, Route Route)? Find(HttpRequest request)
    {
        var authority = request.Host.Value ?? "";
        if (HostFor(authority) is not { } host)
            return null;
        foreach (var route in host.Routes)
            if (RouteMatching.Matches(route.Match, request))
                return (host, route);
        return null;
    }

    private VirtualHost? HostFor(string authority)
    {
        var name = Configuration.IgnorePortInHostMatching ? WithoutPort(authority) : authority;
        if (_exact.TryGetValue(name, out var exact))
            return exact;
        foreach (var (suffix, host) in _suffixes)
            if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return host;
        foreach (var (prefix, host) in _prefixes)
            if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return host;
        return _any;
    }

    private static string WithoutPort(string authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon > 0 && authority.IndexOf(']', colon) < 0 && authority[(colon + 1)..].All(char.IsAsciiDigit) ? authority[..colon] : authority;
    }
}
