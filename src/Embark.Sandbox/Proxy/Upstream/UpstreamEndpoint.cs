using System.Net;

namespace Embark.Sandbox.Proxy.Upstream;

/// <summary>One address behind a cluster, and how busy it is.</summary>
internal sealed class UpstreamEndpoint(IPEndPoint address, uint weight, bool mutualTls)
{
    private int _active;

    public IPEndPoint Address { get; } = address;

    public uint Weight { get; } = weight;

    /// <summary>Its metadata says <c>tlsMode: istio</c>: which transport socket the cluster uses for it.</summary>
    public bool MutualTls { get; } = mutualTls;

    public int Active => Volatile.Read(ref _active);

    public Using Use()
    {
        Interlocked.Increment(ref _active);
        return new Using(this);
    }

    /// <summary>One request or connection under way.</summary>
    public readonly struct Using(UpstreamEndpoint endpoint) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref endpoint._active);
    }
}
