using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Types;
using Google.Protobuf.WellKnownTypes;
using Predicate = Embark.Sandbox.Istiod.Protos.Listeners.ListenerFilterChainMatchPredicate;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Listener filters that look into the first bytes, only on the ports whose chains ask for what they find.</summary>
internal static class Inspectors
{
    /// <summary>Enough for the first part of a ClientHello; it grows when needed.</summary>
    private const uint FirstRead = 512;

    public static IEnumerable<ListenerFilter> For(IReadOnlyCollection<FilterChain> chains)
    {
        var ports = chains.Select(chain => (Port: (int)(chain.FilterChainMatch?.DestinationPort ?? 0), Match: chain.FilterChainMatch ?? new())).ToLookup(item => item.Port, item => item.Match);
        if (Where(ports, SeesTls, out var disabled))
            yield return Tls(disabled);
        if (Where(ports, SeesHttp, out disabled))
            yield return new ListenerFilter
            {
                Name = "envoy.filters.listener.http_inspector", TypedConfig = Any.Pack(new HttpInspector()), FilterDisabled = disabled,
            };
    }

    public static ListenerFilter Tls(Predicate? disabled = null) => new()
    {
        Name = "envoy.filters.listener.tls_inspector",
        TypedConfig = Any.Pack(new TlsInspector { InitialReadBufferSize = FirstRead }),
        FilterDisabled = disabled,
    };

    private static bool SeesTls(FilterChainMatch match) => match.TransportProtocol == "tls" || match.ServerNames.Count > 0;

    private static bool SeesHttp(FilterChainMatch match) => match.TransportProtocol != "tls" && match.ApplicationProtocols.Count > 0;

    /// <summary>When chains without a port need it, it runs but on the ports that do not; else on the ports that do.</summary>
    private static bool Where(ILookup<int, FilterChainMatch> ports, Func<FilterChainMatch, bool> needs, out Predicate? disabled)
    {
        disabled = null;
        var byDefault = ports[0].Any(needs);
        var others = ports.Where(port => port.Key != 0 && port.Any(needs) != byDefault).Select(port => port.Key).Order().ToList();
        if (others.Count > 0)
            disabled = byDefault ? Any(others) : new Predicate { NotMatch = Any(others) };
        return byDefault || others.Count > 0;

        static Predicate Any(List<int> ports) => ports is [var only]
            ? Is(only)
            : new Predicate { OrMatch = new Predicate.Types.MatchSet { Rules = { ports.Select(Is) } } };

        static Predicate Is(int port) => new() { DestinationPortRange = new Int32Range { Start = port, End = port + 1 } };
    }
}
