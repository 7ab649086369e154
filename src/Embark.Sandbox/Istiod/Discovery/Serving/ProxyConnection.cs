using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Registration;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>What every stream of a proxy needs, whatever its form.</summary>
internal sealed record ProxyConnection(ProxyNode Proxy, MeshFeed Feed, GeneratorOptions Options, ProxyRegistration Registration, TextWriter Log);
