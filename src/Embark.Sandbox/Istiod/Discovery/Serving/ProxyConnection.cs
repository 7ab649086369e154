using Embark.Sandbox.Istiod.Registration;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>What every stream of a proxy needs, whatever its form.</summary>
internal sealed record ProxyConnection(ProxyNode Proxy, MeshFeed Feed, PushThrottle Throttle, ProxyRegistration Registration, TextWriter Log);
