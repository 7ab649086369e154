using Embark.Sandbox.Istiod.Protos.Listeners;

namespace Embark.Sandbox.Proxy.Listening;

/// <summary>
/// Which filter chain takes a connection. Envoy goes criterion by criterion (destination port, server name, transport
/// protocol, application protocol), at each keeping the most specific that matches; a chain without a criterion is the
/// fallback for it. Source: envoy.config.listener.v3.FilterChainMatch.
/// </summary>
internal static class FilterChainMatcher
{
    /// <summary>Criteria that are matched on nothing here, since no listener of a VM or a gateway uses them.</summary>
    public static string? Unsupported(FilterChainMatch? match) =>
        match is null ? null
        : match.PrefixRanges.Count > 0 ? "prefix_ranges"
        : match.SourcePrefixRanges.Count > 0 || match.DirectSourcePrefixRanges.Count > 0 ? "source_prefix_ranges"
        : match.SourcePorts.Count > 0 ? "source_ports"
        : match.SourceType != FilterChainMatch.Types.ConnectionSourceType.Any ? "source_type"
        : null;

    /// <summary>The chain; null when none takes it.</summary>
    public static T? Pick<T>(IReadOnlyList<(FilterChainMatch? Match, T Chain)> chains, int destinationPort, ConnectionLook look)
        where T : class
    {
        IEnumerable<(FilterChainMatch? Match, T Chain)> left = chains;
        left = Narrow(left, m => m?.DestinationPort is { } port ? (port == destinationPort ? 1 : -1) : 0);
        left = Narrow(left, m => m is null || m.ServerNames.Count == 0 ? 0 : m.ServerNames.Max(name => ServerName(name, look.Hello?.ServerName)));
        left = Narrow(left, m => m?.TransportProtocol is { Length: > 0 } protocol ? (protocol == look.TransportProtocol ? 1 : -1) : 0);
        left = Narrow(left, m => m is null || m.ApplicationProtocols.Count == 0 ? 0 : m.ApplicationProtocols.Any(look.ApplicationProtocols.Contains) ? 1 : -1);
        return left.Select(c => c.Chain).FirstOrDefault();
    }

    // Keeps what matches best: a score below zero does not match, zero has no such criterion.
    private static List<(FilterChainMatch? Match, T Chain)> Narrow<T>(IEnumerable<(FilterChainMatch? Match, T Chain)> chains, Func<FilterChainMatch?, int> score)
    {
        var matching = chains.Select(c => (Chain: c, Score: score(c.Match))).Where(c => c.Score >= 0).ToList();
        return matching.Count == 0 ? [] : [.. matching.Where(c => c.Score == matching.Max(m => m.Score)).Select(c => c.Chain)];
    }

    private static int ServerName(string pattern, string? asked) =>
        asked is null ? -1
        : pattern == asked ? int.MaxValue
        : pattern.StartsWith("*.", StringComparison.Ordinal) && asked.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase) ? pattern.Length
        : pattern == "*" ? 1
        : -1;
}
