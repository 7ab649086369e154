using Embark.Grpc;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Embark.Sandbox.Istiod.Registration;
using Google.Protobuf;
using Microsoft.AspNetCore.Routing;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>The aggregated discovery service: state of the world and delta.</summary>
internal sealed class DiscoveryService(MeshFeed feed, ProxyAdmission admission, Registrations registrations, TextWriter log)
{
    private const string Service = "/envoy.service.discovery.v3.AggregatedDiscoveryService/";

    private readonly PushThrottle _throttle = new(places: 32, patience: TimeSpan.FromMilliseconds(200), TimeProvider.System);
    private int _streams;

    /// <summary>Open streams.</summary>
    public int Streams => Volatile.Read(ref _streams);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(Service + "DeltaAggregatedResources", DeltaDiscoveryRequest.Parser,
            call => ServeAsync(call, TakeNode, connection => new DeltaStream(call, connection)));
        routes.MapStream<DiscoveryRequest, DiscoveryResponse>(Service + "StreamAggregatedResources", DiscoveryRequest.Parser,
            call => ServeAsync(call, TakeNode, connection => new WorldStream(call, connection)));
    }

    // The first request lives as long as its stream; the node in it, which is most of it, need not.
    private static Node? TakeNode(DeltaDiscoveryRequest request)
    {
        var node = request.Node;
        request.Node = null;
        return node;
    }

    private static Node? TakeNode(DiscoveryRequest request)
    {
        var node = request.Node;
        request.Node = null;
        return node;
    }

    private async Task ServeAsync<TRequest, TResponse>(
        GrpcServerCall<TRequest, TResponse> call, Func<TRequest, Node?> takeNode, Func<ProxyConnection, ProxyStream<TRequest, TResponse>> streamOf)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var caller = await admission.AuthenticateAsync(call).ConfigureAwait(false);
        if (await call.ReadAsync(call.Aborted).ConfigureAwait(false) is not { } first)
            return;
        var proxy = admission.Admit(caller, takeNode(first), call.Peer);
        Interlocked.Increment(ref _streams);
        try
        {
            await using var registration = await registrations.ConnectAsync(proxy, caller, call.Aborted).ConfigureAwait(false);
            await streamOf(new ProxyConnection(proxy, feed, _throttle, registration, log)).RunAsync(first).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }
}
