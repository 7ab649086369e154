using System.Net;
using System.Net.Sockets;
using Embark.Sandbox.Istiod.Protos.Listeners;

namespace Embark.Sandbox.Proxy.Listening;

/// <summary>All listeners of the proxy, kept equal to what the control plane wants.</summary>
internal sealed class ListenerSet(FilterChainFactory factory, Stats stats, ProxyLog log, NewSocket newSocket) : IAsyncDisposable
{
    private readonly SortedDictionary<string, (Listener Configuration, ProxyListener? Bound)> _byName = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Names, configurations, and whether each is bound.</summary>
    public IReadOnlyList<(string Name, Listener Configuration, bool Bound)> All
    {
        get
        {
            lock (_lock)
                return [.. _byName.Select(l => (l.Key, l.Value.Configuration, l.Value.Bound is not null))];
        }
    }

    /// <summary>Connections under way on all listeners.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
                return _byName.Values.Sum(l => l.Bound?.Open ?? 0);
        }
    }

    /// <summary>
    /// Takes listeners into use. Each is taken or refused by itself; the refusals are returned, as Envoy reports them,
    /// and a refused change leaves what was there.
    /// </summary>
    public async Task<string?> ApplyAsync(IReadOnlyList<Listener> changed, IReadOnlyList<string> removed)
    {
        List<string> refusals = [];
        foreach (var name in removed)
            if (Take(name) is { } gone)
                await gone.DisposeAsync().ConfigureAwait(false);
        foreach (var listener in changed)
            try
            {
                Apply(listener);
            }
            catch (Exception e) when (e is ConfigurationRejectedException or SocketException or FormatException or Google.Protobuf.InvalidProtocolBufferException)
            {
                var reason = e is SocketException socket ? $"cannot bind '{AddressText(listener)}': {socket.Message}" : e.Message;
                log.Warning("envoy config", $"gRPC config: lds: listener '{listener.Name}' config rejected: {reason}");
                refusals.Add($"{listener.Name}: {reason}");
            }

        lock (_lock)
            stats.Set("listener_manager.total_listeners_active", _byName.Count);
        return refusals.Count == 0 ? null : "Error adding/updating listener(s) " + string.Join("\n", refusals);
    }

    public async ValueTask DisposeAsync()
    {
        List<ProxyListener> all;
        lock (_lock)
            all = [.. _byName.Values.Select(l => l.Bound).OfType<ProxyListener>()];
        foreach (var listener in all)
            await listener.DisposeAsync().ConfigureAwait(false);
    }

    private void Apply(Listener listener)
    {
        lock (_lock)
        {
            _byName.TryGetValue(listener.Name, out var before);
            if (before.Configuration?.Equals(listener) == true)
                return;
            var chains = factory.For(listener);
            if (listener.BindToPort is false)
            {
                _byName[listener.Name] = (listener, null); // REDIRECT mode: only packet rules lead here
                return;
            }

            if (before.Bound is { } bound && before.Configuration!.Address.Equals(listener.Address))
            {
                bound.Replace(chains);
                _byName[listener.Name] = (listener, bound);
                return;
            }

            var socket = listener.Address.SocketAddress;
            var opened = ProxyListener.Start(listener.Name, new IPEndPoint(IPAddress.Parse(socket.Address), (int)socket.PortValue), chains, log, newSocket);
            _byName[listener.Name] = (listener, opened);
            if (before.Bound is { } old)
                _ = old.DisposeAsync().AsTask();
        }
    }

    private ProxyListener? Take(string name)
    {
        lock (_lock)
            return _byName.Remove(name, out var gone) ? gone.Bound : null;
    }

    private static string AddressText(Listener listener) => $"{listener.Address.SocketAddress.Address}:{listener.Address.SocketAddress.PortValue}";
}
