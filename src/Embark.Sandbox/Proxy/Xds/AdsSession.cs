using Embark.Grpc;
using Embark.Sandbox.Proxy.Agent;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Node = Embark.Sandbox.Istiod.Protos.Core.Node;
using Status = Embark.Sandbox.Istiod.Protos.Discovery.Status;

namespace Embark.Sandbox.Proxy.Xds;

/// <summary>
/// One delta ADS stream from its first request to its end: subscribes CDS, EDS, LDS and RDS as Envoy does, takes what
/// comes into use, and answers each response with an ACK or a NACK (protocols 2.5).
/// </summary>
internal sealed class AdsSession(GrpcClient istiod, Node node, ProxyResources resources, Stats stats, HealthReports health)
{
    private const string Method = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

    private readonly HashSet<string> _assignments = [];
    private readonly HashSet<string> _routes = [];

    /// <summary>Returns when the server ends the stream.</summary>
    /// <exception cref="GrpcException">The stream failed.</exception>
    public async Task RunAsync(Action connected, CancellationToken cancellationToken)
    {
        await using var call = istiod.Open<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(Method, DeltaDiscoveryResponse.Parser, cancellationToken);
        // Names and versions from an earlier stream: what did not change meanwhile is not sent again.
        call.Send(new DeltaDiscoveryRequest { Node = node, TypeUrl = TypeUrls.Cluster, InitialResourceVersions = { resources.Versions(TypeUrls.Cluster) } });
        using var stream = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reporting = ReportHealthAsync(call, stream.Token);
        var first = true;
        await foreach (var response in call.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (first)
                connected();
            first = false;
            var refusal = await resources.ApplyAsync(response).ConfigureAwait(false);
            Count(response.TypeUrl, refusal);
            var answer = new DeltaDiscoveryRequest { TypeUrl = response.TypeUrl, ResponseNonce = response.Nonce };
            if (refusal is not null)
                answer.ErrorDetail = new Status { Code = (int)GrpcStatus.Internal, Message = refusal };
            call.Send(answer);
            Subscribe(call, response.TypeUrl);
        }

        await stream.CancelAsync().ConfigureAwait(false);
        await reporting.ConfigureAwait(false);
    }

    private async Task ReportHealthAsync(GrpcClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call, CancellationToken cancellationToken)
    {
        try
        {
            if (health.Healthy is not null)
                call.Send(health.ToRequest()); // a new istiod knows nothing yet
            await foreach (var _ in health.ChangesAsync(cancellationToken).ConfigureAwait(false))
                call.Send(health.ToRequest());
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException)
        {
            // The stream ended; the next one reports again.
        }
    }

    // Clusters name assignments, listeners name routes; listeners are asked for once endpoints are known (make before break).
    private void Subscribe(GrpcClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call, string after)
    {
        if (after == TypeUrls.Cluster)
        {
            Change(call, TypeUrls.Endpoint, _assignments, resources.AssignmentNames());
            if (_assignments.Count == 0)
                AskForListeners(call);
        }
        else if (after == TypeUrls.Endpoint)
        {
            AskForListeners(call);
        }
        else if (after == TypeUrls.Listener)
        {
            Change(call, TypeUrls.Route, _routes, resources.RouteNames());
        }
    }

    private bool _askedForListeners;

    private void AskForListeners(GrpcClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call)
    {
        if (_askedForListeners)
            return;
        _askedForListeners = true;
        call.Send(new DeltaDiscoveryRequest { TypeUrl = TypeUrls.Listener, InitialResourceVersions = { resources.Versions(TypeUrls.Listener) } });
    }

    private static void Change(
        GrpcClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call, string type, HashSet<string> subscribed, IReadOnlySet<string> wanted)
    {
        var request = new DeltaDiscoveryRequest { TypeUrl = type };
        request.ResourceNamesSubscribe.AddRange(wanted.Except(subscribed).Order(StringComparer.Ordinal));
        request.ResourceNamesUnsubscribe.AddRange(subscribed.Except(wanted).Order(StringComparer.Ordinal));
        if (request.ResourceNamesSubscribe.Count + request.ResourceNamesUnsubscribe.Count == 0)
            return;
        subscribed.Clear();
        subscribed.UnionWith(wanted);
        call.Send(request);
    }

    private void Count(string type, string? refusal)
    {
        var manager = type == TypeUrls.Cluster ? "cluster_manager.cds" : type == TypeUrls.Listener ? "listener_manager.lds" : null;
        if (manager is not null)
            stats.Count($"{manager}.{(refusal is null ? "update_success" : "update_rejected")}");
    }
}
