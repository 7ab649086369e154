using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Outbound side: a listener per address and port by which the application reaches services.</summary>
internal static class OutboundListeners
{
    private const int CapturedPort = 15001;

    public static IEnumerable<Listener> All(ProxyScope scope)
    {
        foreach (var (place, claim) in OutboundClaims.Of(scope))
            yield return Made(scope, place, claim);
        if (!scope.BindsPorts)
            yield return Captured(scope);
    }

    private static Listener Made(ProxyScope scope, OutboundPlace place, OutboundClaim claim)
    {
        var listener = new Listener
        {
            Name = place.Name,
            Address = Structs.Address(place.Bind, place.Port),
            TrafficDirection = TrafficDirection.Outbound,
            ListenerFiltersTimeout = Duration.FromTimeSpan(scope.Settings.ProtocolDetectionTimeout),
            ContinueOnListenerFiltersTimeout = true,
            BindToPort = place.Binds ? null : false,
            MaxConnectionsToAcceptPerSocketEvent = place.Binds ? 1u : null,
        };
        // On a shared address there may be bytes for somebody no Service names.
        var rest = claim.Cluster ?? (place is { Bind: OutboundPlace.Wildcard } ? Unknown(scope) : null);
        if (claim.Route is { } route)
        {
            var http = Chain(HttpManagers.Outbound(scope, $"outbound_{place.Name};", route));
            http.FilterChainMatch = rest is null ? null : PlainHttp();
            listener.FilterChains.Add(http);
            listener.DefaultFilterChain = rest is null ? null : Chain([.. TcpFilters.Outbound(scope, rest)]);
            if (claim.Cluster is null)
                listener.DefaultFilterChain?.Name = "PassthroughFilterChain";
        }
        else
            listener.FilterChains.Add(Chain([.. TcpFilters.Outbound(scope, claim.Cluster!)]));
        listener.ListenerFilters.Add(Inspectors.For(listener.FilterChains));
        return listener;
    }

    /// <summary>Takes what packet rules redirect and hands it to the listener of its address, or passes it on.</summary>
    private static Listener Captured(ProxyScope scope) => new()
    {
        Name = "virtualOutbound",
        Address = Structs.Address(OutboundPlace.Wildcard, CapturedPort),
        TrafficDirection = TrafficDirection.Outbound,
        UseOriginalDst = true,
        MaxConnectionsToAcceptPerSocketEvent = 1,
        FilterChains =
        {
            new FilterChain
            {
                Name = "virtualOutbound-blackhole", FilterChainMatch = new FilterChainMatch { DestinationPort = CapturedPort },
                Filters = { TcpFilters.Outbound(scope, Names.BlackHole) },
            },
            new FilterChain { Name = "virtualOutbound-catchall-tcp", Filters = { TcpFilters.Outbound(scope, Unknown(scope)) } },
        },
        AccessLog = { AccessLogs.OfListener(scope) },
    };

    private static string Unknown(ProxyScope scope) => scope.RegistryOnly ? Names.BlackHole : Names.Passthrough;

    private static FilterChainMatch PlainHttp() => new() { TransportProtocol = "raw_buffer", ApplicationProtocols = { "http/1.1", "h2c" } };

    private static FilterChain Chain(params IEnumerable<Filter> filters) => new()
    {
        TransportSocketConnectTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(15)), Filters = { filters },
    };
}
