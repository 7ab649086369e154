using Embark.Grpc;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Embark.Sandbox.Istiod.Registration;
using Microsoft.AspNetCore.Routing;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>The aggregated discovery service: state of the world and delta.</summary>
internal sealed class DiscoveryService(MeshFeed feed, ProxyAdmission admission, Registrations registrations, GeneratorOptions options, TextWriter log)
{
    private const string Service = "/envoy.service.discovery.v3.AggregatedDiscoveryService/";

    private int _streams;

    /// <summary>Open streams.</summary>
    public int Streams => Volatile.Read(ref _streams);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(Service + "DeltaAggregatedResources", DeltaDiscoveryRequest.Parser, DeltaAsync);
        routes.MapStream<DiscoveryRequest, DiscoveryResponse>(Service + "StreamAggregatedResources", DiscoveryRequest.Parser, StateOfTheWorldAsync);
    }

    private async Task DeltaAsync(GrpcServerCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call)
    {
        var caller = await admission.AuthenticateAsync(call).ConfigureAwait(false);
        if (await call.ReadAsync(call.Aborted).ConfigureAwait(false) is not { } first)
            return;
        var proxy = admission.Admit(caller, first.Node, call.Peer);
        await CountedAsync(async () =>
        {
            await using var registration = await registrations.ConnectAsync(proxy, caller, call.Aborted).ConfigureAwait(false);
            await new DeltaStream(call, proxy, feed, options, registration, log).RunAsync(first).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task StateOfTheWorldAsync(GrpcServerCall<DiscoveryRequest, DiscoveryResponse> call)
    {
        var caller = await admission.AuthenticateAsync(call).ConfigureAwait(false);
        if (await call.ReadAsync(call.Aborted).ConfigureAwait(false) is not { } first)
            return;
        var proxy = admission.Admit(caller, first.Node, call.Peer);
        await CountedAsync(async () =>
        {
            await using var registration = await registrations.ConnectAsync(proxy, caller, call.Aborted).ConfigureAwait(false);
            await new WorldStream(call, proxy, feed, options, registration, log).RunAsync(first).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task CountedAsync(Func<Task> serve)
    {
        Interlocked.Increment(ref _streams);
        try
        {
            await serve().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }
}
