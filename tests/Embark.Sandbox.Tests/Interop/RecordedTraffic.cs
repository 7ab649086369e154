using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Tests.Interop;

/// <summary>Our proxies, given what a real istiod sent, byte for byte: accepted, and traffic flows from it.</summary>
public sealed class RecordedTraffic
{
    private static readonly MeshIdentity s_ratings = new("cluster.local", "bookinfo", "bookinfo-ratings");
    private static readonly MeshIdentity s_reviews = new("cluster.local", "bookinfo", "bookinfo-reviews");
    private static readonly MeshIdentity s_gateway = new("cluster.local", "istio-system", "vmgateway");

    [Fact(Timeout = 120_000)]
    public async Task Flows_through_the_vm_and_the_gateway_both_ways()
    {
        _ = Discovery.RecordedMesh.Folder;
        var cancel = TestContext.Current.CancellationToken;
        await using var world = await RecordedWorld.StartAsync(cancel);
        var istiod = world.Add(await RecordedIstiod.StartAsync(new IPEndPoint(IPAddress.Parse("10.4.0.2"), 15012), world.Sockets.New, cancel));
        await world.AppAsync();
        await StartAsync("router", "10.4.100.1", s_gateway, "10.4.0.2:15012");
        await UntilAsync(() => istiod.Verdicts.Count(v => v.Proxy == "gateway") >= 3);
        // The VM finds istiod only by the gateway, whose configuration passes 15012 on.
        var vm = await StartAsync("sidecar", "10.128.0.2", s_ratings, "10.4.100.1:15012");
        await UntilAsync(() => istiod.Verdicts.Count(v => v.Proxy == "vm") >= 4 && vm.Runtime.Clusters.Find("outbound|9080||reviews.bookinfo.svc.cluster.local")?.Endpoints.Count == 1);

        // VM to mesh: by 15443 to the pod, which ends mutual TLS as Istio names it.
        using var pod = new Pod(world, istiod.Authority);
        using var http = world.Client();
        using var toMesh = new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.2:9080/reviews/0") { Headers = { Host = "reviews.bookinfo.svc.cluster.local:9080" } };
        var served = pod.ServeOneAsync(cancel);
        using var answer = await http.SendAsync(toMesh, cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancel)}\n{vm.Log}");
        Assert.Equal("GET /reviews/0 HTTP/1.1 from spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings by outbound_.9080_._.reviews.bookinfo.svc.cluster.local", await served);

        // Mesh to VM: mutual TLS and, without a policy, also in clear.
        Assert.Contains("URI=spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews", await pod.AskVmAsync(cancel));
        Assert.Equal("/plain by ", await http.GetStringAsync("http://10.128.0.2:9080/plain", cancel));
        Assert.All(istiod.Verdicts, verdict => Assert.Equal("", verdict.Refusal));

        async Task<RecordedProxy> StartAsync(string role, string address, MeshIdentity who, string at) => world.Add(await RecordedProxy.StartAsync(
            role, address, who, at, istiod.Authority.RootPem, world.Sockets.New, Path.Combine(world.Folder, who.ServiceAccount)));
    }

    /// <summary>In REDIRECT mode packet rules lead to the proxy; what it is sent is taken all the same.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Configuration_of_a_captured_pod_is_accepted()
    {
        _ = Discovery.RecordedMesh.Folder;
        var cancel = TestContext.Current.CancellationToken;
        await using var world = await RecordedWorld.StartAsync(cancel);
        var istiod = world.Add(await RecordedIstiod.StartAsync(new IPEndPoint(IPAddress.Parse("10.4.0.2"), 15012), world.Sockets.New, cancel));
        var proxy = world.Add(await RecordedProxy.StartAsync(
            "sidecar", "10.4.0.12", s_reviews, "10.4.0.2:15012", istiod.Authority.RootPem, world.Sockets.New, Path.Combine(world.Folder, "reviews")));
        await UntilAsync(() => istiod.Verdicts.Count >= 4);

        Assert.All(istiod.Verdicts, verdict => Assert.Equal("", verdict.Refusal));
        Assert.Equal([("127.0.0.3_9080", false), ("virtualInbound", true), ("virtualOutbound", true)], proxy.Runtime.Listeners.All.Select(listener => (listener.Name, listener.Bound)));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(60); !condition(); await Task.Delay(10))
            Assert.True(DateTime.UtcNow < deadline, "the proxy took no configuration");
    }

    /// <summary>The sidecar of reviews, written by hand: the other end must be told nothing by our own code.</summary>
    private sealed class Pod : IDisposable
    {
        private readonly RecordedWorld _world;
        private readonly WorkloadCertificate _certificate;
        private readonly Socket _listener;
        private readonly MeshAuthority _authority;

        public Pod(RecordedWorld world, MeshAuthority authority)
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest(
                "", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var chain = authority.Sign(request.CreateSigningRequestPem(), s_reviews.ToString(), TimeSpan.FromHours(1));
            (_world, _authority, _certificate) = (world, authority, WorkloadCertificate.FromPem(string.Concat(chain), key.ExportRSAPrivateKeyPem(), authority.RootPem));
            _listener = world.Sockets.New(AddressFamily.InterNetwork);
            _listener.Bind(new IPEndPoint(IPAddress.Parse("10.4.0.12"), 9080));
            _listener.Listen();
        }

        public async Task<string> ServeOneAsync(CancellationToken cancellationToken)
        {
            using var socket = await _listener.AcceptAsync(cancellationToken);
            await using var tls = new SslStream(new NetworkStream(socket));
            var asked = "";
            await tls.AuthenticateAsServerAsync((_, hello, _, _) =>
            {
                asked = hello.ServerName;
                return ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = _certificate.Context, ClientCertificateRequired = true,
                    ApplicationProtocols = [new SslApplicationProtocol("istio"), SslApplicationProtocol.Http11],
                    RemoteCertificateValidationCallback = Trusted,
                });
            }, null, cancellationToken);
            using var reader = new StreamReader(tls, Encoding.ASCII, leaveOpen: true);
            var line = await reader.ReadLineAsync(cancellationToken);
            while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 })
            {
                // headers
            }

            await tls.WriteAsync("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"u8.ToArray(), cancellationToken);
            return $"{line} from {CallerAuthentication.UriNames((X509Certificate2)tls.RemoteCertificate!)[0]} by {asked}";
        }

        public async Task<string> AskVmAsync(CancellationToken cancellationToken)
        {
            var socket = _world.Sockets.New(AddressFamily.InterNetwork);
            await socket.ConnectAsync(IPAddress.Parse("10.128.0.2"), 9080, cancellationToken);
            await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "outbound_.9080_._.ratings.bookinfo.svc.cluster.local", ClientCertificateContext = _certificate.Context,
                ApplicationProtocols = [new SslApplicationProtocol("istio")], RemoteCertificateValidationCallback = Trusted,
            }, cancellationToken);
            await tls.WriteAsync("GET /ratings/0 HTTP/1.1\r\nhost: ratings:9080\r\nconnection: close\r\n\r\n"u8.ToArray(), cancellationToken);
            using var reader = new StreamReader(tls);
            return await reader.ReadToEndAsync(cancellationToken);
        }

        public void Dispose() => _listener.Dispose();

        private bool Trusted(object _, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => certificate is X509Certificate2 other && _authority.Trusts(other);
    }
}
