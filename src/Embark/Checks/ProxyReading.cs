using Embark.Delivery;

namespace Embark.Checks;

/// <summary>What one look at the VM saw of its proxy: typed, not judged.</summary>
internal sealed record ProxyReading
{
    /// <summary>The VM's clock.</summary>
    public required DateTimeOffset Clock { get; init; }

    /// <summary>Docker's status of the container; null when there is none.</summary>
    public string? Status { get; init; }

    public string? StartedAt { get; init; }

    public int Restarts { get; init; }

    public int ExitCode { get; init; }

    /// <summary>Variables of the container.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Status of 15021/healthz/ready; null when nothing answered.</summary>
    public int? Ready { get; init; }

    /// <summary>Status of 15020/healthz/ready; null when nothing answered.</summary>
    public int? AgentReady { get; init; }

    /// <summary>What a TCP connection from the VM to istiod meets: open, refused, unreachable, unknown or dropped; null where nobody can tell.</summary>
    public string? Reach { get; init; }

    /// <summary>Addresses by name; null when the admin page could not be read.</summary>
    public IReadOnlyDictionary<string, string>? Listeners { get; init; }

    /// <summary>Endpoints (<c>address:port</c>) by cluster; null when the admin page could not be read.</summary>
    public ILookup<string, string>? Clusters { get; init; }

    /// <summary>Counters by name; null when the admin page could not be read.</summary>
    public IReadOnlyDictionary<string, long>? Stats { get; init; }

    /// <summary>Requests that reached the VM's application so far; null when that cannot be read.</summary>
    public long? InboundRequests { get; init; }

    public CertificateFacts? Certificate { get; init; }

    public required IReadOnlyList<string> Addresses { get; init; }

    public required IReadOnlyList<SocketAnswer> Sockets { get; init; }

    /// <summary>Of the request into the mesh; null when nothing answered.</summary>
    public HttpAnswer? Answer { get; init; }

    /// <summary>SPIFFE identities that the proxy accepts from the service that was asked.</summary>
    public IReadOnlyList<string> PeerIdentities { get; init; } = [];

    public required string Log { get; init; }

    public long Stat(string name) => Stats?.GetValueOrDefault(name) ?? 0;

    public bool ListensOn(string address, int port) => Sockets.Any(s => s.Port == port && (s.Address == address || s.Address is "0.0.0.0" or "::"));
}
