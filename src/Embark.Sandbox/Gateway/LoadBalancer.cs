using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Storage;

namespace Embark.Sandbox.Gateway;

/// <summary>The cloud's part: gives its one outside address to a Service of type LoadBalancer, and takes it back when that goes.</summary>
internal sealed class LoadBalancer : IAsyncDisposable
{
    private readonly ApiServer.ObjectStore _store;
    private readonly string _address;
    private readonly StoreSubscription _services;
    private readonly Task _following;

    public LoadBalancer(ApiServer.ObjectStore store, string address)
    {
        (_store, _address) = (store, address);
        _services = store.Subscribe(BuiltInResources.Services, null, since: null);
        Assign();
        _following = Task.Run(FollowAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _services.Dispose();
        await _following;
    }

    private async Task FollowAsync()
    {
        await foreach (var change in _services.Changes.ReadAllAsync())
        {
            // One that is no load balancer any more has no address any more.
            if (change.Current is { } current && !Balanced(current.Value) && HasAddress(current.Value))
                Write(current, null);
            Assign();
        }
    }

    private void Assign()
    {
        var balanced = _store.List(BuiltInResources.Services, null).Items.Where(service => Balanced(service.Value)).ToList();
        if (!balanced.Any(service => HasAddress(service.Value)) && balanced.MinBy(service => service.Version) is { } first)
            Write(first, _address);
    }

    private void Write(StoredObject service, string? address) => _store.Change(BuiltInResources.Services, service.Namespace, service.Name, current =>
    {
        var next = current?.Value.Copy();
        next?.Ensure("status")["loadBalancer"] = address is null ? [] : new JsonObject { ["ingress"] = new JsonArray(new JsonObject { ["ip"] = address }) };
        return next;
    });

    private static bool Balanced(JsonObject service) => service.Text("spec", "type") == "LoadBalancer";

    private static bool HasAddress(JsonObject service) => service.Items("status", "loadBalancer", "ingress").Any();
}
