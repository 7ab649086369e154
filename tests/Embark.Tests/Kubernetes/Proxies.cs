using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Embark.Kubernetes;
using Embark.Kubernetes.Transport;

namespace Embark.Tests.Kubernetes;

public sealed class Proxies
{
    [Fact(Timeout = 60_000)]
    public async Task K10_The_proxy_of_the_kubeconfig_is_used()
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, RawApi.ConfigMap("a")));
        using var proxy = new ConnectProxy();
        using var client = KubernetesClient.Connect(api.Connection(cluster: $"proxy-url: http://me:secret@127.0.0.1:{proxy.Port}"), RawApi.Quick);
        Assert.NotNull(await client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
        Assert.StartsWith($"CONNECT 127.0.0.1:{api.Port} ", Assert.Single(proxy.Heads), StringComparison.Ordinal);
        Assert.Single(api.Requests);
    }

    [Theory(Timeout = 15_000)]
    [InlineData("https://10.1.2.3:6443", "", "http://proxy:3128/")]
    [InlineData("https://10.1.2.3:6443", "10.0.0.0/8", null)]
    [InlineData("https://10.1.2.3:6443", "11.0.0.0/8,10.1.2.3:443", "http://proxy:3128/")]
    [InlineData("https://10.1.2.3:6443", "10.1.2.3:6443", null)]
    [InlineData("https://[fd00::1]:6443", "fd00::/8", null)]
    [InlineData("https://127.0.0.1:6443", "", null)]
    [InlineData("https://localhost:6443", "", null)]
    [InlineData("https://api.example.com", "example.com", null)]
    [InlineData("https://api.example.com", ".example.com", null)]
    [InlineData("https://badexample.com", "example.com", "http://proxy:3128/")]
    [InlineData("https://api.example.com:6443", "example.com:443", "http://proxy:3128/")]
    [InlineData("https://api.example.com", "*", null)]
    public async Task K10_The_environments_proxy_is_read_as_kubectl_reads_it(string server, string exceptions, string? expected)
    {
        await Task.CompletedTask;
        var environment = new Dictionary<string, string?> { ["https_proxy"] = "proxy:3128", ["NO_PROXY"] = exceptions };
        Assert.Equal(expected, EnvironmentProxy.For(new Uri(server), environment.GetValueOrDefault)?.AbsoluteUri);
    }

    /// <summary>A proxy that does nothing but CONNECT.</summary>
    private sealed class ConnectProxy : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public ConnectProxy()
        {
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public ConcurrentQueue<string> Heads { get; } = [];

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                    _ = RelayAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Stopped.
            }
        }

        private async Task RelayAsync(TcpClient client)
        {
            using var from = client;
            var buffer = new byte[4096];
            var head = Encoding.ASCII.GetString(buffer, 0, await from.GetStream().ReadAsync(buffer));
            Heads.Enqueue(head);
            using var to = new TcpClient();
            await to.ConnectAsync(IPEndPoint.Parse(head.Split(' ')[1]));
            await from.GetStream().WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
            await Task.WhenAny(from.GetStream().CopyToAsync(to.GetStream()), to.GetStream().CopyToAsync(from.GetStream()));
        }
    }
}
