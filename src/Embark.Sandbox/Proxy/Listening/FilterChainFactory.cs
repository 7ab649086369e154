using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Rbac;
using Embark.Sandbox.Istiod.Protos.Tls;
using Embark.Sandbox.Proxy.Http;
using Embark.Sandbox.Proxy.Rbac;
using Embark.Sandbox.Proxy.Tcp;
using Embark.Sandbox.Proxy.Tls;
using HttpRbac = Embark.Sandbox.Istiod.Protos.HttpRbac.RBAC;
using NetworkRbac = Embark.Sandbox.Istiod.Protos.NetworkRbac.RBAC;
using TrafficDirection = Embark.Sandbox.Istiod.Protos.Core.TrafficDirection;

namespace Embark.Sandbox.Proxy.Listening;

/// <summary>Makes filter chains ready. What it does not know is named once; what security may depend on is refused.</summary>
internal sealed class FilterChainFactory(WorkloadCertificates certificates, RouteTables routes, HttpDataPlane plane, ProxyLog log)
{
    // Telemetry, or nothing at all when empty: without them a request goes the same way (protocols 0.2).
    private static readonly HashSet<string> s_ignorable =
        ["istio.metadata_exchange", "istio.alpn", "istio.stats", "envoy.filters.http.grpc_stats", "envoy.filters.http.fault", "envoy.filters.http.cors", "envoy.filters.http.router"];

    private static readonly HashSet<string> s_ignorableNetwork = ["istio.metadata_exchange", "istio.stats"];
    private readonly HashSet<string> _named = [];

    /// <exception cref="ConfigurationRejectedException">Something in it cannot be honoured.</exception>
    public ProxyListener.Chains For(Listener listener)
    {
        var chains = listener.FilterChains.Select(chain => (Match: (FilterChainMatch?)chain.FilterChainMatch, Chain: One(listener, chain))).ToList();
        var inspectsHttp = listener.ListenerFilters.Any(f => f.Name == "envoy.filters.listener.http_inspector");
        return new ProxyListener.Chains(chains, listener.DefaultFilterChain is { } fallback ? One(listener, fallback) : null, inspectsHttp || AnyPlainHttp(chains));

        // Kestrel is told HTTP/1.1 or HTTP/2 from the first bytes, so a clear HTTP chain needs a look.
        static bool AnyPlainHttp(List<(FilterChainMatch? Match, FilterChainRuntime Chain)> chains) =>
            chains.Any(c => c.Chain is { Tls: null, Service: HttpService });
    }

    private FilterChainRuntime One(Listener listener, FilterChain chain)
    {
        if (FilterChainMatcher.Unsupported(chain.FilterChainMatch) is { } criterion)
            throw new ConfigurationRejectedException($"filter chain match by {criterion} is not supported");
        var tls = chain.TransportSocket?.TypedConfig switch
        {
            null => null,
            { } any when any.Is(DownstreamTlsContext.Descriptor) => new DownstreamTls(Strict.Unpack(any, DownstreamTlsContext.Parser), certificates, plane.Clock),
            { } any => throw new ConfigurationRejectedException($"Didn't find a registered implementation for '{chain.TransportSocket.Name}' with type URL: '{any.TypeUrl}'"),
        };
        IConnectionService? service = null;
        List<AccessRules> access = [];
        foreach (var filter in chain.Filters)
        {
            if (filter.TypedConfig is { } rules && rules.Is(NetworkRbac.Descriptor))
                access.AddRange(Rules(Strict.Unpack(rules, NetworkRbac.Parser).Rules));
            else if (filter.TypedConfig is { } manager && manager.Is(HttpConnectionManager.Descriptor))
                service = Http(manager.Unpack<HttpConnectionManager>(), listener.TrafficDirection == TrafficDirection.Outbound);
            else if (filter.TypedConfig is { } tcp && tcp.Is(TcpProxy.Descriptor))
                service = new TcpService(tcp.Unpack<TcpProxy>(), plane);
            else if (s_ignorableNetwork.Contains(filter.Name))
                NameOnce("network filter", filter.Name);
            else
                throw new ConfigurationRejectedException($"Didn't find a registered implementation for '{filter.Name}' with type URL: '{filter.TypedConfig?.TypeUrl}'");
        }

        return new FilterChainRuntime(
            chain.Name, tls, access, service ?? throw new ConfigurationRejectedException($"filter chain of '{listener.Name}' ends in no terminal filter"));
    }

    private HttpService Http(HttpConnectionManager manager, bool outbound)
    {
        List<AccessRules> access = [];
        foreach (var filter in manager.HttpFilters)
            if (filter.TypedConfig?.Is(HttpRbac.Descriptor) == true && !filter.Disabled)
                access.AddRange(Rules(Strict.Unpack(filter.TypedConfig, HttpRbac.Parser).Rules));
            else if (!s_ignorable.Contains(filter.Name) && !filter.Disabled && !filter.IsOptional)
                throw new ConfigurationRejectedException($"Didn't find a registered implementation for '{filter.Name}' with type URL: '{filter.TypedConfig?.TypeUrl}'");
            else if (filter.Name is "envoy.filters.http.fault" or "envoy.filters.http.cors" && filter.TypedConfig?.Value.Length > 0)
                throw new ConfigurationRejectedException($"'{filter.Name}' is known only without settings");
            else if (filter.Name is not "envoy.filters.http.router" and not "istio.alpn")
                NameOnce("HTTP filter", filter.Name);
        if (manager.RouteSpecifierCase == HttpConnectionManager.RouteSpecifierOneofCase.Rds)
            return new HttpService(manager, access, () => routes.Find(manager.Rds.RouteConfigName), plane, outbound);
        if (RouteLimits.Refusal(manager.RouteConfig) is { } refusal)
            throw new ConfigurationRejectedException(refusal);
        var inline = new RouteTable(manager.RouteConfig);
        return new HttpService(manager, access, () => inline, plane, outbound);
    }

    // Without rules the filter only watches (a dry run), or does nothing.
    private static IEnumerable<AccessRules> Rules(RBAC? rules) => rules is null ? [] : [new AccessRules(rules)];

    private void NameOnce(string what, string name)
    {
        if (_named.Add(name))
            log.Info("envoy config", $"{what} '{name}' has no effect in the sandbox's proxy");
    }
}
