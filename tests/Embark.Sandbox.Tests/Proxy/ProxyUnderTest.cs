using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Routes;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Proxy.Tls;
using Embark.Sandbox.Tests.Discovery;
using Embark.Sandbox.Tests.Mesh;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>A data plane that is given its configuration directly, as JSON of the real messages.</summary>
internal sealed class ProxyUnderTest : IAsyncDisposable
{
    public const string ServerName = "server.shop.svc.cluster.local";
    public const string Server = "spiffe://cluster.local/ns/shop/sa/server";
    public const string Client = "spiffe://cluster.local/ns/shop/sa/client";

    private readonly StringBuilder _log;
    private readonly StringBuilder _accessLog;

    private readonly WorkloadCertificates _certificates;

    private ProxyUnderTest(ShiftedClock clock, MeshAuthority authority, WorkloadCertificates certificates, ProxyRuntime runtime, StringBuilder log, StringBuilder accessLog) =>
        (Clock, Authority, _certificates, Runtime, _log, _accessLog) = (clock, authority, certificates, runtime, log, accessLog);

    /// <summary>The clock of proxy and authority.</summary>
    public ShiftedClock Clock { get; }

    public MeshAuthority Authority { get; }

    public ProxyRuntime Runtime { get; }

    public string Log => _log.ToString();

    public string AccessLog => _accessLog.ToString();

    /// <summary>With a certificate that says <see cref="Server"/>.</summary>
    public static async Task<ProxyUnderTest> StartAsync(params string[] resources)
    {
        var clock = new ShiftedClock();
        var (root, key) = MeshAuthority.NewRoot("cluster.local", clock);
        var authority = new MeshAuthority(root, key, clock);
        var certificates = new WorkloadCertificates();
        certificates.Replace(Certificate(authority, Server));
        var (log, accessLog) = (new StringBuilder(), new StringBuilder());
        var runtime = await ProxyRuntime.StartAsync(
            certificates, TextWriter.Synchronized(new StringWriter(accessLog)), new ProxyLog(TextWriter.Synchronized(new StringWriter(log)), TimeProvider.System, debug: true),
            clock, OwnNetwork.NewSocket, CancellationToken.None);
        var proxy = new ProxyUnderTest(clock, authority, certificates, runtime, log, accessLog);
        Assert.Null(await proxy.ApplyAsync(resources));
        return proxy;
    }

    /// <summary>Takes clusters, then listeners, then routes into use; the result is the first refusal.</summary>
    public Task<string?> ApplyAsync(params string[] resources) => ApplyAsync([.. resources.Select(text => ProtoTree.Parser.Parse<Any>(text))]);

    public async Task<string?> ApplyAsync(IReadOnlyList<Any> parsed)
    {
        string? refusal = null;
        foreach (var type in new[] { TypeUrls.Cluster, TypeUrls.Listener, TypeUrls.Route })
            if (parsed.Where(any => any.TypeUrl == type).ToList() is { Count: > 0 } some)
                refusal ??= await Runtime.Resources.ApplyAsync(new DeltaDiscoveryResponse
                {
                    TypeUrl = type, Resources = { some.Select(any => new Resource { Name = NameOf(any), Resource_ = any }) },
                });
        return refusal;
    }

    /// <summary>A new certificate for the proxy.</summary>
    public void Renew() => _certificates.Replace(Certificate(Server));

    public WorkloadCertificate Certificate(string identity) => Certificate(Authority, identity);

    /// <summary>A client that may speak either version, in clear or, with an identity, by mutual TLS.</summary>
    public HttpClient Http(string? identity = null, Version? version = null)
    {
        var http = Bare(identity, version);
        if (identity is not null)
            http.DefaultRequestHeaders.Host = ServerName; // by which the client also finds its server name
        return http;
    }

    private HttpClient Bare(string? identity, Version? version) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificateContext = identity is null ? null : Certificate(identity).Context,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 server && Authority.Trusts(server),
        },
    })
    {
        DefaultRequestVersion = version ?? HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(30),
    };

    public async ValueTask DisposeAsync()
    {
        await Runtime.DisposeAsync();
        Authority.Dispose();
    }

    private static string NameOf(Any any) => any.TypeUrl switch
    {
        TypeUrls.Cluster => any.Unpack<Cluster>().Name,
        TypeUrls.Listener => any.Unpack<Listener>().Name,
        _ => any.Unpack<RouteConfiguration>().Name,
    };

    private static WorkloadCertificate Certificate(MeshAuthority authority, string identity)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var chain = authority.Sign(request.CreateSigningRequestPem(), identity, TimeSpan.FromHours(1));
        return WorkloadCertificate.FromPem(string.Concat(chain), key.ExportRSAPrivateKeyPem(), authority.RootPem);
    }
}
