using System.Net.Security;
using Embark.Grpc;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Google.Protobuf;

namespace Embark.Benchmarks;

/// <summary>The ADS stream of one VM: asks and acknowledges as an agent does, and keeps nothing.</summary>
internal sealed class SimulatedVm : IDisposable
{
    private static readonly string[] s_types = [TypeUrls.Cluster, TypeUrls.Endpoint, TypeUrls.Listener, TypeUrls.Route];

    private readonly HttpMessageInvoker _http;
    private readonly GrpcClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> _call;
    private readonly HashSet<string> _missing = [.. s_types];
    private TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SimulatedVm(int port, string token, int ns, int number)
    {
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { TargetHost = "istiod.istio-system.svc", RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        });
        var client = new GrpcClient(_http, new Uri($"https://127.0.0.1:{port}")) { Metadata = () => [new("authorization", $"Bearer {token}"), new("clusterid", "Kubernetes")] };
        _call = client.Open<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(
            "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources", DeltaDiscoveryResponse.Parser, CancellationToken.None);
        _call.Send(new DeltaDiscoveryRequest { TypeUrl = TypeUrls.Cluster, Node = NodeOf(ns, number) });
        Running = RunAsync();
    }

    public Task Running { get; }

    /// <summary>Done when every type came since the last <see cref="Expect"/>.</summary>
    public Task Complete
    {
        get
        {
            lock (_missing)
                return _complete.Task;
        }
    }

    public void Expect()
    {
        lock (_missing)
        {
            _missing.UnionWith(s_types);
            _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task RunAsync()
    {
        var first = true;
        await foreach (var answer in _call.ReadAllAsync(CancellationToken.None))
        {
            _call.Send(new DeltaDiscoveryRequest { TypeUrl = answer.TypeUrl, ResponseNonce = answer.Nonce });
            if (first)
            {
                first = false;
                _call.Send(new DeltaDiscoveryRequest
                {
                    TypeUrl = TypeUrls.Endpoint, ResourceNamesSubscribe = { answer.Resources.Select(r => r.Name).Where(name => name.StartsWith("outbound|", StringComparison.Ordinal)) },
                });
                _call.Send(new DeltaDiscoveryRequest { TypeUrl = TypeUrls.Listener });
                _call.Send(new DeltaDiscoveryRequest { TypeUrl = TypeUrls.Route, ResourceNamesSubscribe = { "9080" } });
            }

            lock (_missing)
                if (_missing.Remove(answer.TypeUrl) && _missing.Count == 0)
                    _complete.TrySetResult();
        }
    }

    private static Node NodeOf(int ns, int number) => JsonParser.Default.Parse<Node>($$"""
        {"id": "sidecar~{{AdsServer.AddressOf(ns, number)}}~vm-{{number}}.fleet-{{ns}}~fleet-{{ns}}.svc.cluster.local", "cluster": "vm",
         "metadata": {"NAMESPACE": "fleet-{{ns}}", "SERVICE_ACCOUNT": "bookinfo-ratings", "NETWORK": "vm-net", "CLUSTER_ID": "Kubernetes", "INTERCEPTION_MODE": "NONE",
           "LABELS": {"app": "{{AdsServer.AppOf(number)}}", "class": "vm"} } }
        """);
}
