using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.AccessLogs;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Inbound side: one socket per port where ports are bound, one for everything where traffic is captured.</summary>
internal static class InboundListeners
{
    private const int CapturedPort = 15006;

    public static IEnumerable<Listener> All(OwnScope scope) =>
        scope.BindsPorts
            ? InboundPort.Of(scope).Select(port => Bound(scope, port)).DistinctBy(listener => listener.Name)
            : [Captured(scope)];

    private static Listener Bound(ProxyScope scope, InboundPort port)
    {
        var listener = Listening(scope, $"{port.Bind}_{port.Port}", port.Bind, port.Port);
        listener.FilterChains.Add(ChainsOf(scope, port));
        listener.ListenerFilters.Add(Inspectors.For(listener.FilterChains));
        return listener;
    }

    private static Listener Captured(OwnScope scope)
    {
        var listener = Listening(scope, "virtualInbound", "0.0.0.0", CapturedPort);
        listener.FilterChains.Add(Loops(scope));
        listener.FilterChains.Add(PassedOn(scope));
        listener.FilterChains.Add(InboundPort.Of(scope).DistinctBy(port => port.Port).SelectMany(port => ChainsOf(scope, port)));
        listener.ListenerFilters.Add(new ListenerFilter { Name = "envoy.filters.listener.original_dst", TypedConfig = Any.Pack(new OriginalDst()) });
        listener.ListenerFilters.Add(Inspectors.For(listener.FilterChains));
        return listener;
    }

    private static Listener Listening(ProxyScope scope, string name, string address, int port) => new()
    {
        Name = name,
        Address = Structs.Address(address, port),
        TrafficDirection = TrafficDirection.Inbound,
        ListenerFiltersTimeout = Duration.FromTimeSpan(scope.Settings.ProtocolDetectionTimeout),
        ContinueOnListenerFiltersTimeout = true,
        MaxConnectionsToAcceptPerSocketEvent = 1,
        AccessLog = { scope.Once(LogsOf) },
    };

    private static AccessLog[] LogsOf(ProxyScope scope) => [.. AccessLogs.OfListener(scope)];

    private static IEnumerable<FilterChain> ChainsOf(ProxyScope scope, InboundPort port)
    {
        var cluster = Names.Inbound(port.Port);
        var name = $"{port.Bind}_{port.Port}";
        foreach (var kind in InboundChain.Of(port.Protocol.Treatment, scope.MutualTlsOf(port.Port)))
        {
            var chain = kind.With(scope, name, port.Port, kind.Http
                ? Http(scope, $"inbound_{name};", cluster, port.Port, port.Host, port.Protocol)
                : TcpFilters.Inbound(scope, cluster));
            if (port.Config is { } config)
                chain.Metadata = Structs.Metadata(("istio", Structs.Of("config", config)));
            yield return chain;
        }
    }

    /// <summary>A connection to the capturing port itself would come back to it for ever.</summary>
    private static FilterChain Loops(ProxyScope scope) => new()
    {
        Name = "virtualInbound-blackhole",
        FilterChainMatch = new FilterChainMatch { DestinationPort = CapturedPort },
        Filters = { TcpFilters.Inbound(scope, Names.BlackHole) },
    };

    /// <summary>Ports nobody declared: detected, and passed to where they were going.</summary>
    private static IEnumerable<FilterChain> PassedOn(ProxyScope scope)
    {
        const string Cluster = Names.InboundPassthrough;
        return InboundChain.Of(Treatment.Detect, scope.MutualTlsOf(0)).Select(kind => kind.Http
            ? kind.With(scope, "virtualInbound-catchall-http", null, Http(scope, Cluster + ";", Cluster, 0, "", Protocol.Undeclared))
            : kind.With(scope, "virtualInbound", null, TcpFilters.Inbound(scope, Cluster)));
    }

    private static Filter[] Exchange(ProxyScope scope) => [.. IstioFilters.NetworkExchange(scope)];

    private static IEnumerable<Filter> Http(ProxyScope scope, string statPrefix, string cluster, int port, string host, Protocol protocol) =>
    [
        .. scope.Once(Exchange),
        HttpManagers.Inbound(scope, statPrefix, InboundRoutes.To(cluster, port, host, protocol), protocol.IsHttp2),
    ];
}
