using System.Net;
using System.Security.Cryptography.X509Certificates;
using Embark.Sandbox.ApiServer.Access;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Operations;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Serving;
using Embark.Sandbox.ApiServer.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Embark.Sandbox.ApiServer;

/// <summary>A Kubernetes API server in memory, over TLS, that unmodified kubectl and istiod work with.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private const long LargestBody = 8 << 20;

    private readonly ServerCertificates _certificates;
    private readonly ServiceAccountTokens _tokens;
    private readonly Authenticator _authenticator;
    private readonly ListPages _pages;
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _web;

    private ApiServer(ApiServerOptions options)
    {
        var clock = options.Clock;
        _certificates = ServerCertificates.Make(
            [IPAddress.Loopback, IPAddress.IPv6Loopback, options.ListenAddress, .. options.MoreAddresses],
            ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"]);
        _tokens = new(clock);
        Log = new(options.RequestLogFile);
        Operations = new(Store, new ApiCatalog(), clock);
        _authenticator = new(Store, _certificates, _tokens);
        var rbac = new Rbac(Store);
        var resources = new ResourceEndpoint(
            Operations, new AccessQuestions(_authenticator, rbac), new TokenRequests(Store, _tokens, Faults, clock), Faults, clock);
        _pages = resources.Pages;
        var paths = new PathEndpoint(
            new Discovery(Operations.Catalog), new OpenApi(Operations.Catalog), _tokens, Faults, Compact, () => Address);
        Endpoint = new(_authenticator, rbac, resources, paths, Services, Faults, Log, clock);
    }

    /// <summary>Where clients reach it, such as <c>https://127.0.0.1:41234/</c>.</summary>
    public Uri Address { get; private set; } = new("https://localhost/");

    public ObjectStore Store { get; } = new();

    /// <summary>Reads and writes objects by the rules, without HTTP.</summary>
    public ObjectOperations Operations { get; }

    public FaultSwitch Faults { get; } = new();

    public RequestLog Log { get; }

    /// <summary>Programs that stand for Services.</summary>
    public ServiceProxy Services { get; } = new();

    /// <summary>The certificate authority of the server's own certificate.</summary>
    public string AuthorityPem => _certificates.AuthorityPem;

    private ApiEndpoint Endpoint { get; }

    public static async Task<ApiServer> StartAsync(ApiServerOptions options, CancellationToken cancellationToken)
    {
        var server = new ApiServer(options);
        try
        {
            ClusterStart.Load(server.Operations, server._certificates.AuthorityPem, options);
            await server.ListenAsync(options, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A kubeconfig as YAML. <c>admin</c> may do anything and has a client certificate; <c>operator</c> is an operator of the mesh
    /// with a token; <c>system:serviceaccount:NAMESPACE:NAME</c> gets a token of that account; any other name is a user with a
    /// token and the rights that bindings give to that name.
    /// </summary>
    public string KubeconfigFor(string user)
    {
        if (user == "admin")
        {
            var (certificate, key) = _certificates.ForUser(new(user, [UserInfo.Masters]));
            return Kubeconfig.WithCertificate(Address, AuthorityPem, user, certificate, key);
        }
        return Kubeconfig.WithToken(Address, AuthorityPem, user, TokenFor(user));
    }

    /// <summary>A bearer token for the user; see <see cref="KubeconfigFor"/>.</summary>
    public string TokenFor(string user)
    {
        if (user.Split(':') is ["system", "serviceaccount", var @namespace, var name])
        {
            var account = Store.Find(BuiltInResources.ServiceAccounts, @namespace, name) ?? throw Statuses.NotFound(BuiltInResources.ServiceAccounts, name);
            return _tokens.Issue(account.Value, [ServiceAccountTokens.Issuer], TimeSpan.FromHours(24));
        }
        string[] groups = user switch
        {
            "admin" => [UserInfo.Masters, UserInfo.Authenticated],
            "operator" => ["embark:operators", UserInfo.Authenticated],
            _ => [UserInfo.Authenticated],
        };
        return _authenticator.TokenOf(new(user, groups));
    }

    /// <summary>Forgets the past: watches from old versions and continue tokens get 410.</summary>
    public void Compact()
    {
        Store.Compact();
        _pages.Forget();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_web is not null)
            await _web.DisposeAsync();
        _certificates.Dispose();
        _tokens.Dispose();
        Services.Dispose();
        Log.Dispose();
        _stopping.Dispose();
    }

    private async Task ListenAsync(ApiServerOptions options, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Listen(options.ListenAddress, options.Port, listen => listen.UseHttps(https =>
            {
                https.ServerCertificate = _certificates.Server;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                // Whom a certificate names, and whether it is any good, is decided per request: a bad one gets 401, not a broken handshake.
                https.ClientCertificateValidation = (X509Certificate2 _, X509Chain? _, System.Net.Security.SslPolicyErrors _) => true;
            }));
        });
        _web = builder.Build();
        _web.Run(async http =>
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
            http.RequestAborted = ending.Token;
            await Endpoint.HandleAsync(http);
        });
        await _web.StartAsync(cancellationToken);
        var port = new Uri(_web.Urls.Single()).Port;
        var host = options.ListenAddress.Equals(IPAddress.Any) ? IPAddress.Loopback : options.ListenAddress.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : options.ListenAddress;
        Address = new UriBuilder("https", host.ToString(), port).Uri;
    }
}
