using System.Net;
using Embark.Grpc;
using Embark.Kubernetes;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Istiod.Discovery.Serving;
using Embark.Sandbox.Istiod.Registration;
using Embark.Sandbox.Proxy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Embark.Sandbox.Istiod;

/// <summary>The sandbox's istiod: certificates and configuration on one TLS port, driven by the API server alone.</summary>
internal sealed class IstiodServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly MeshAuthority _authority;
    private readonly Task _following;
    private readonly CancellationTokenSource _stopping;

    private IstiodServer(WebApplication application, DiscoveryService discovery, MeshAuthority authority, Task following, CancellationTokenSource stopping) =>
        (_application, Discovery, _authority, _following, _stopping) = (application, discovery, authority, following, stopping);

    public DiscoveryService Discovery { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_application.Urls.First());

    /// <summary>Starts once the root exists and every kind was listed.</summary>
    public static async Task<IstiodServer> StartAsync(KubernetesClient api, IstiodOptions options, CancellationToken cancellationToken)
    {
        var stopping = new CancellationTokenSource();
        var (rootPem, keyPem) = await RootStore.LoadOrCreateAsync(api, options, cancellationToken).ConfigureAwait(false);
        var authority = new MeshAuthority(rootPem, keyPem, options.Clock);
        var authentication = new CallerAuthentication(api, authority, options.TrustDomain, options.ClusterId);
        var feed = new MeshFeed(api, options.ClusterId, options.Generator, options.Clock);
        var following = Task.WhenAll(feed.RunAsync(stopping.Token), RootStore.PublishAsync(api, authority.RootPem, stopping.Token));
        while (feed.Current.Resources is null)
            await Task.WhenAny(feed.ChangedSinceAsync(feed.Current.Number), following).Unwrap().WaitAsync(cancellationToken).ConfigureAwait(false);

        var registrations = new Registrations(api, options.PodName, options.Clock, stopping.Token);
        var discovery = new DiscoveryService(feed, new ProxyAdmission(authentication, options.Log), registrations, options.Log);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowAlternateSchemes = true; // :scheme is the client's word; gRPC servers do not compare it with the transport
            kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
            kestrel.Listen(options.Address, MutualTls);
        });
        builder.Services.Configure<SocketTransportOptions>(sockets =>
            sockets.CreateBoundListenSocket = endpoint => OnOtherNetwork.Bound(options.NewSocket, (IPEndPoint)endpoint));
        var application = builder.Build();
        new CertificateService(authority, authentication, options.Log).Map(application);
        discovery.Map(application);
        application.MapUnknownGrpc();
        await application.StartAsync(cancellationToken).ConfigureAwait(false);
        return new IstiodServer(application, discovery, authority, following, stopping);

        void MutualTls(ListenOptions endpoint)
        {
            endpoint.Protocols = HttpProtocols.Http2;
            endpoint.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = authority.ServingCertificate(options.ServerNames),
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                // Presented but not ours: the handshake fails, and a good token does not help (protocols 1.3).
                ClientCertificateValidation = (certificate, _, _) => authority.Trusts(certificate),
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _application.StopAsync(now.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        await _following.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        _authority.Dispose();
        _stopping.Dispose();
    }
}
