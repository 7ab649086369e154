using System.Globalization;
using Embark.Sandbox.Istiod.Discovery.Mesh;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Address and port of an outbound listener.</summary>
/// <param name="Binds">False: traffic comes from the capturing listener.</param>
internal readonly record struct OutboundPlace(string Bind, int Port, bool Binds)
{
    public const string Wildcard = "0.0.0.0";

    public string Name => $"{Bind}_{Port}";
}

/// <summary>Who has a place. Both set: what looks like HTTP goes by the route, the rest to the cluster.</summary>
/// <param name="Route">Route configuration; null when no HTTP is served.</param>
/// <param name="Cluster">Of TCP; null when only HTTP is served.</param>
/// <param name="Entry">Of the Sidecar: later entries cannot change it.</param>
internal sealed record OutboundClaim(string? Route, string? Cluster, EgressScope Entry)
{
    private bool OnlyTcp => Route is null;

    private bool OnlyHttp => Cluster is null;

    /// <summary>Istio's rules for two services on one place, as observed: HTTP shares; what is detected takes HTTP over; otherwise the first stays.</summary>
    public OutboundClaim Meet(OutboundClaim other)
    {
        var detects = other is { Route: not null, Cluster: not null };
        if (other.Entry != Entry || !detects)
            return this;
        return OnlyHttp ? other : OnlyTcp ? this with { Route = other.Route } : this;
    }
}

/// <summary>Goes through the Sidecar's entries, services and ports in order and settles who gets each place.</summary>
internal static class OutboundClaims
{
    public static IReadOnlyList<(OutboundPlace Place, OutboundClaim Claim)> Of(ProxyScope scope)
    {
        var order = new List<OutboundPlace>();
        var claims = new Dictionary<OutboundPlace, OutboundClaim>();
        foreach (var (place, claim) in scope.Egress.SelectMany(entry => entry.Entry.Port is { } port ? OfPort(scope, entry, port) : OfServices(scope, entry)))
        {
            if (!scope.CanBind(place.Port, place.Binds))
                continue;
            if (claims.TryAdd(place, claim))
                order.Add(place);
            else
                claims[place] = claims[place].Meet(claim);
        }
        return [.. order.Select(place => (place, claims[place]))];
    }

    private static IEnumerable<(OutboundPlace, OutboundClaim)> OfServices(ProxyScope scope, EgressScope entry) =>
        from service in entry.Services
        from port in service.Ports
        where port.Protocol != Protocol.Udp
        select (PlaceOf(scope, entry.Entry, service, port.Number, port.Protocol.Treatment), ClaimOf(entry, service, port, port.Number, port.Protocol.Treatment));

    /// <summary>One port of the user's choice, which services may or may not have; the only port of a service stands in for it.</summary>
    private static IEnumerable<(OutboundPlace, OutboundClaim)> OfPort(ProxyScope scope, EgressScope entry, int number) =>
        from service in entry.Services
        let port = service.Port(number) ?? (service.Ports.Count == 1 ? service.Ports[0] : null)
        where port is not null
        let treatment = entry.Entry.Protocol.Treatment
        select (PlaceOf(scope, entry.Entry, service, number, treatment), ClaimOf(entry, service, port, number, treatment));

    private static OutboundPlace PlaceOf(ProxyScope scope, SidecarEgress entry, MeshService service, int port, Treatment treatment)
    {
        var binds = scope.BindsPorts || entry.CaptureNone;
        // Captured HTTP is told apart by its host, so one listener serves all; bytes only by the service's address.
        var captured = treatment == Treatment.Http || service.Addresses.Count == 0 ? OutboundPlace.Wildcard : service.Addresses[0];
        return new OutboundPlace(entry.Bind ?? (binds ? "127.0.0.1" : captured), port, binds);
    }

    private static OutboundClaim ClaimOf(EgressScope entry, MeshService service, MeshServicePort port, int number, Treatment treatment)
    {
        var cluster = Names.Outbound(port.Number, service.Host);
        return treatment switch
        {
            Treatment.Http => new OutboundClaim(number.ToString(CultureInfo.InvariantCulture), null, entry),
            Treatment.Tcp => new OutboundClaim(null, cluster, entry),
            _ => new OutboundClaim($"{service.Host}:{number}", cluster, entry),
        };
    }
}
