using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Embark.EndToEnd.Tests.Traffic;

/// <summary>A PeerAuthentication applied with kubectl decides what the VM's port takes.</summary>
public sealed class PeerAuthentications(MeshWorld world) : IClassFixture<MeshWorld>
{
    private static readonly IPEndPoint Ratings = IPEndPoint.Parse("10.128.0.2:9080");

    [Fact(Timeout = 300_000)]
    public async Task Strict_refuses_plaintext_and_disable_refuses_mutual_tls()
    {
        world.NeedRoot();
        Kubectl.Need();
        await world.JoinAsync();
        Assert.Equal((true, true), (await TakesPlaintextAsync(), await TakesTlsAsync()));

        await ApplyAsync("STRICT");
        var strict = await Wait.UntilAsync("plaintext is refused", async () => !await TakesPlaintextAsync());
        Assert.True(await TakesTlsAsync());
        // A pod's calls are mutual TLS: they go on, and the VM stays healthy.
        for (var request = 0; request < 20; request++) Assert.Equal(200, await world.RatingsAsync());

        await ApplyAsync("DISABLE");
        var disabled = await Wait.UntilAsync("mutual TLS is refused", async () => !await TakesTlsAsync());
        Assert.True(await TakesPlaintextAsync());

        await Kubectl.RunAsync(world.Sandbox.KubeconfigFile, "", "delete", "peerauthentication", "ratings", "-n", "bookinfo");
        await Wait.UntilAsync("both are taken again", async () => await TakesPlaintextAsync() && await TakesTlsAsync());
        await world.JoinedAsync();
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"STRICT after {strict.TotalSeconds:0.00} s, DISABLE after {disabled.TotalSeconds:0.00} s (limit 1 s)"));
        Assert.True(strict < TimeSpan.FromSeconds(15) && disabled < TimeSpan.FromSeconds(15));
    }

    private async Task ApplyAsync(string mode) => (await Kubectl.RunAsync(world.Sandbox.KubeconfigFile, $$"""
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: ratings, namespace: bookinfo}
        spec:
          selector:
            matchLabels: {app: ratings}
          mtls:
            mode: {{mode}}
        """, "apply", "-f", "-")).ShouldEndWith(0);

    private async Task<bool> TakesPlaintextAsync()
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) => new NetworkStream(await ConnectAsync(cancellationToken), ownsSocket: true),
        })
        { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await client.GetAsync($"http://{Ratings}/ratings/0", TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception refused) when (refused is HttpRequestException or TaskCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // As far as the handshake goes before the server asks who calls.
    private async Task<bool> TakesTlsAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            await using var stream = new SslStream(new NetworkStream(await ConnectAsync(limit.Token), ownsSocket: true));
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "outbound_.9080_._.ratings.bookinfo.svc.cluster.local",
                ApplicationProtocols = [new SslApplicationProtocol("istio")],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "", // as a workload has
            }, limit.Token);
            return true;
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException or SocketException or OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = world.NodeSockets.New(AddressFamily.InterNetwork);
        try
        {
            await socket.ConnectAsync(Ratings, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
