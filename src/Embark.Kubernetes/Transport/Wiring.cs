using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Kubernetes.Transport;

/// <summary>
/// The HTTP handler of a client: one, made again only when a plugin gives another client certificate. What is asked at the
/// same time goes over one HTTP/2 connection, since a TLS handshake costs more than the reads of a whole mesh; a watch has
/// a connection of its own (HTTP/1.1), so that its silence is nobody else's.
/// </summary>
internal sealed class Wiring(KubernetesConnection connection, ServerTrust trust) : IDisposable
{
    private readonly Lock _gate = new();
    private HttpMessageInvoker? _invoker;
    private X509Certificate2? _certificate;
    private readonly List<HttpMessageInvoker> _retired = [];

    public HttpMessageInvoker For(X509Certificate2? certificate)
    {
        lock (_gate)
        {
            if (_invoker is not null && ReferenceEquals(_certificate, certificate))
                return _invoker;
            if (_invoker is not null)
                Retire(_invoker);
            _certificate = certificate;
            return _invoker = new HttpMessageInvoker(Handler(certificate));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _invoker?.Dispose();
            foreach (var old in _retired)
                old.Dispose();
            _retired.Clear();
        }
    }

    /// <summary>Requests may still run on it, so the newest two that were replaced are kept a while.</summary>
    private void Retire(HttpMessageInvoker old)
    {
        _retired.Add(old);
        if (_retired.Count <= 2)
            return;
        _retired[0].Dispose();
        _retired.RemoveAt(0);
    }

    private SocketsHttpHandler Handler(X509Certificate2? certificate)
    {
        var proxy = connection.Proxy ?? EnvironmentProxy.For(connection.Server, connection.Environment);
        return new SocketsHttpHandler
        {
            SslOptions = trust.Options(certificate),
            UseProxy = proxy is not null,
            Proxy = proxy is null ? null : new WebProxy(proxy) { Credentials = Login(proxy) },
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            // A connection that died without a word would hold all calls; client-go asks after 30 s and waits 15 s.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            ActivityHeadersPropagator = null,
        };
    }

    private static NetworkCredential? Login(Uri proxy)
    {
        if (proxy.UserInfo.Length == 0)
            return null;
        var parts = proxy.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
