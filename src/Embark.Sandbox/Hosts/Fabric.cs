namespace Embark.Sandbox.Hosts;

/// <summary>One network: a bridge on the edge, which has the address that ends <paramref name="EdgeAddress"/> on it.</summary>
/// <param name="Name">Short; becomes the interface's name on the edge.</param>
/// <param name="EdgeAddress">Address and prefix of the edge, such as <c>10.128.0.1/24</c>.</param>
internal sealed record Network(string Name, string EdgeAddress)
{
    public string EdgeIp => EdgeAddress.Split('/')[0];

    /// <summary>IPv6 address and prefix of the edge; null for none.</summary>
    public string? EdgeAddress6 { get; init; }
}

/// <summary>A host's place in a network.</summary>
/// <param name="Network">Which network.</param>
/// <param name="Addresses">Addresses with prefix, such as <c>10.128.0.2/24</c>.</param>
internal sealed record Attachment(Network Network, params IReadOnlyList<string> Addresses)
{
    public string Interface { get; init; } = "eth0";

    /// <summary>Destinations behind the edge, such as <c>10.4.100.1</c> or <c>default</c>; what is not listed cannot be reached.</summary>
    public IReadOnlyList<string> RoutesByEdge { get; init; } = [];
}

/// <summary>Hosts and the networks between them. The edge routes between networks and is where the operator stands.</summary>
internal sealed class Fabric : IAsyncDisposable
{
    private readonly RunDirectory _directory;
    private readonly Ground _ground;
    private readonly List<NetworkHost> _hosts = [];
    private int _links;

    private Fabric(RunDirectory directory, Ground ground) => (_directory, _ground) = (directory, ground);

    /// <summary>The router between all networks.</summary>
    public NetworkHost Edge => _hosts[0];

    /// <summary>True when hosts live in an unprivileged user namespace.</summary>
    public bool Rootless => _ground.Rootless;

    public static async Task<Fabric> StartAsync(RunDirectory directory, HostSpec edge, CancellationToken cancellationToken)
    {
        var fabric = new Fabric(directory, await Ground.FindAsync(cancellationToken));
        try
        {
            await fabric.AddHostAsync(edge with { Forwards = true }, cancellationToken);
            return fabric;
        }
        catch
        {
            await fabric.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a host; await its <see cref="NetworkHost.Up"/> before using its files.</summary>
    public async Task<NetworkHost> AddHostAsync(HostSpec spec, CancellationToken cancellationToken)
    {
        var host = await NetworkHost.StartAsync(_ground, _directory, spec, cancellationToken);
        lock (_hosts)
            _hosts.Add(host);
        return host;
    }

    /// <summary>Makes a network; <paramref name="edgeAddresses"/> are further addresses that the edge answers on, such as a gateway's.</summary>
    public Task AddNetworkAsync(Network network, IReadOnlyList<string> edgeAddresses, CancellationToken cancellationToken) => IpAsync(Edge,
    [
        "link set lo up",
        $"link add {network.Name} type bridge",
        $"addr add {network.EdgeAddress} dev {network.Name}",
        .. network.EdgeAddress6 is { } v6 ? [$"addr add {v6} dev {network.Name} nodad"] : Array.Empty<string>(),
        $"link set {network.Name} up",
        .. edgeAddresses.Select(address => $"addr add {address} dev lo"),
    ], cancellationToken);

    /// <summary>Plugs a host into a network.</summary>
    public async Task AttachAsync(NetworkHost host, Attachment place, CancellationToken cancellationToken)
    {
        var link = $"veth{Interlocked.Increment(ref _links)}";
        await IpAsync(Edge,
        [
            $"link add {link} type veth peer name {place.Interface} netns {host.Pid}",
            $"link set {link} master {place.Network.Name}",
            $"link set {link} up",
        ], cancellationToken);
        await IpAsync(host,
        [
            "link set lo up",
            .. place.Addresses.Select(address => $"addr add {address} dev {place.Interface}{(address.Contains(':') ? " nodad" : "")}"),
            $"link set {place.Interface} up",
            .. place.RoutesByEdge.Select(destination => $"route add {destination} via {place.Network.EdgeIp}"),
        ], cancellationToken);
    }

    /// <summary>Runs lines of <c>ip -batch</c> on a host's network.</summary>
    public static Task IpAsync(NetworkHost host, IReadOnlyList<string> lines, CancellationToken cancellationToken) =>
        host.NetworkCommand("ip", "-batch", "-").RequireAsync(string.Join('\n', lines) + "\n", cancellationToken);

    /// <summary>Words of a command that connects to host and port from the edge and passes bytes between that and its stdin and stdout.</summary>
    public IReadOnlyList<string> RelayWords => [.. Edge.Enter("-n"), "--", "bash", "-c", Relay];

    // ssh ends its proxy command by closing the pipes, by SIGHUP, or not at all: whichever end closes first takes the other along.
    private const string Relay =
        "exec 3<>/dev/tcp/$0/$1 4<&0 || exit 1; trap 'kill $up $down 2>/dev/null' EXIT HUP TERM; cat <&4 >&3 & up=$!; cat <&3 & down=$!; exec 3>&- 4<&- 0<&-; wait -n";

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_hosts.Select(host => host.DisposeAsync().AsTask()));
        await _ground.DisposeAsync();
    }
}
