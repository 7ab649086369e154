using System.Collections.Concurrent;
using System.Net;
using Embark.Grpc;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Tests.Discovery;
using Istio.V1.Auth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Embark.Sandbox.Tests.Interop;

/// <summary>Answers each proxy with what a real istiod answered it, byte for byte, and signs for whoever asks.</summary>
internal sealed class RecordedIstiod : IAsyncDisposable
{
    private readonly WebApplication _application;

    private RecordedIstiod(WebApplication application, MeshAuthority authority) => (_application, Authority) = (application, authority);

    public MeshAuthority Authority { get; }

    /// <summary>What proxies said of answers: node and type, with the words of a refusal or none.</summary>
    public ConcurrentQueue<(string Proxy, string Type, string Refusal)> Verdicts { get; } = [];

    public static async Task<RecordedIstiod> StartAsync(IPEndPoint address, NewSocket newSocket, CancellationToken cancellationToken)
    {
        var (root, key) = MeshAuthority.NewRoot("cluster.local", TimeProvider.System);
        var authority = new MeshAuthority(root, key, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(address, listen =>
        {
            kestrel.AllowAlternateSchemes = true;
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = authority.ServingCertificate(["istiod.istio-system.svc"]) });
        }));
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = endpoint => OnOtherNetwork.Bound(newSocket, (IPEndPoint)endpoint));
        var application = builder.Build();
        var istiod = new RecordedIstiod(application, authority);
        application.MapUnary<IstioCertificateRequest, IstioCertificateResponse>(
            "/istio.v1.auth.IstioCertificateService/CreateCertificate", IstioCertificateRequest.Parser, istiod.SignAsync);
        application.MapStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(
            "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources", DeltaDiscoveryRequest.Parser, istiod.AnswerAsync);
        await application.StartAsync(cancellationToken);
        return istiod;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
        Authority.Dispose();
    }

    // In the place of a token: the proxies here carry their identity in it.
    private Task<IstioCertificateResponse> SignAsync(GrpcServerCall<IstioCertificateRequest, IstioCertificateResponse> call, IstioCertificateRequest request)
    {
        var identity = call.Metadata("authorization")!["Bearer ".Length..];
        return Task.FromResult(new IstioCertificateResponse { CertChain = { Authority.Sign(request.Csr, identity, TimeSpan.FromHours(1)) } });
    }

    private async Task AnswerAsync(GrpcServerCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call)
    {
        var proxy = "";
        HashSet<string> answered = [];
        await foreach (var request in call.ReadAllAsync(call.Aborted))
        {
            proxy = request.Node is { } node ? Recording(node.Id) : proxy;
            var kind = request.TypeUrl switch { TypeUrls.Cluster => "cds", TypeUrls.Endpoint => "eds", TypeUrls.Listener => "lds", _ => "rds" };
            if (request.ResponseNonce.Length > 0)
                Verdicts.Enqueue((proxy, kind, request.ErrorDetail?.Message ?? ""));
            else if (answered.Add(kind))
                await call.WriteAsync(DeltaDiscoveryResponse.Parser.ParseFrom(RecordedMesh.Bytes(proxy, "delta", kind)), call.Aborted);
        }
    }

    private static string Recording(string node) => node.Split('~') switch
    {
        ["router", ..] => "gateway",
        [_, "10.128.0.2", ..] => "vm",
        _ => "reviews",
    };
}
