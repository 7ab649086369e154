using System.Globalization;
using System.Net;
using Embark.Sandbox.Istiod.Discovery.Mesh;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>One port where the proxy takes requests for its application.</summary>
/// <param name="Bind">Address in names and, where ports are bound, of the listener.</param>
/// <param name="Application">Null: where the connection was going anyway.</param>
/// <param name="Host">What traces call the service.</param>
/// <param name="Config">Path of the Sidecar that asked for it; null when a Service did.</param>
internal sealed record InboundPort(
    int Port, Protocol Protocol, string Bind, IPEndPoint? Application, string Host, string? Config, IReadOnlyList<MeshService> Services)
{
    /// <summary>From the Sidecar's ingress. Without one, captured traffic reaches the ports of the proxy's services; bound ports would be taken from the application.</summary>
    public static IEnumerable<InboundPort> Of(OwnScope scope)
    {
        var asked = scope.Sidecar.Ingress.Where(ingress => scope.CanBind(ingress.Port, scope.BindsPorts)).ToList();
        if (scope.Sidecar.Ingress.Count > 0)
            return asked.Select(ingress => OfIngress(scope, ingress));
        return scope.BindsPorts ? [] : scope.Targets.DistinctBy(target => target.TargetPort).Select(target => OfTarget(scope, target));
    }

    private static InboundPort OfIngress(OwnScope scope, SidecarIngress ingress)
    {
        var head = scope.Sidecar.Head;
        return new InboundPort(
            ingress.Port, ingress.Protocol, ingress.Bind ?? scope.Address, ApplicationOf(scope, ingress), $"{head.Name}.{head.Namespace}",
            $"/apis/networking.istio.io/v1/namespaces/{head.Namespace}/sidecar/{head.Name}",
            [.. scope.Targets.Where(target => target.Port.Number == ingress.Port).Select(target => target.Service).Distinct()]);
    }

    private static InboundPort OfTarget(OwnScope scope, ServiceTarget target) => new(
        target.TargetPort, target.Port.Protocol, "0.0.0.0", null, target.Service.Host, null,
        [.. scope.Targets.Where(other => other.TargetPort == target.TargetPort).Select(other => other.Service).Distinct()]);

    /// <summary>An application at the proxy's own address is reached by passing the connection on as it came; 0.0.0.0 means the same.</summary>
    private static IPEndPoint? ApplicationOf(OwnScope scope, SidecarIngress ingress)
    {
        if (ingress.DefaultEndpoint is not { } text)
            return null;
        var colon = text.LastIndexOf(':');
        if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || !IPAddress.TryParse(text[..Math.Max(colon, 0)].Trim('[', ']'), out var address)
            || address.Equals(IPAddress.Any) || scope.Addresses.Contains(address))
            return null;
        return new IPEndPoint(address, port);
    }
}
