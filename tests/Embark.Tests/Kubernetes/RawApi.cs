using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

/// <summary>
/// A server that speaks HTTP/1.1 byte by byte, over TLS with a certificate of the test's own CA: for answers that no orderly
/// server gives.
/// </summary>
internal sealed class RawApi : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly X509Certificate2? _certificate;
    private readonly Func<Exchange, Task> _handle;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Socket> _open = [];
    private readonly Task _accepting;

    public RawApi(Func<Exchange, Task> handle, X509Certificate2? certificate = null, IPAddress? address = null, bool tls = true)
    {
        _handle = handle;
        Ca = TestCa.Shared;
        _certificate = tls ? certificate ?? Ca.Issue("api", ["127.0.0.1", "::1", "localhost", "kubernetes.default"]) : null;
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public RawApi(Func<Exchange, string> answer)
        : this(exchange => exchange.WriteAsync(answer(exchange)))
    {
    }

    public TestCa Ca { get; }

    /// <summary>Heads of all requests, in order.</summary>
    public ConcurrentQueue<Exchange> Requests { get; } = [];

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"https://127.0.0.1:{Port}";

    public KubernetesConnection Connection(string user = "token: abc", string cluster = "", string? server = null) =>
        TestKubeconfig.Load(server ?? Address, Ca, user, cluster);

    public KubernetesClient Client(KubernetesClientOptions? options = null, string user = "token: abc") =>
        KubernetesClient.Connect(Connection(user), options ?? Quick);

    /// <summary>Short pauses, so that retries take no time.</summary>
    public static KubernetesClientOptions Quick { get; } = new()
    {
        RetryPause = TimeSpan.FromMilliseconds(10),
        WatchPause = TimeSpan.FromMilliseconds(10),
        Deadline = TimeSpan.FromSeconds(20),
    };

    public static string Answer(int status, string body, string contentType = "application/json", string extra = "") =>
        $"HTTP/1.1 {status} X\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{extra}\r\n{body}";

    public static string Status(int code, string reason, string message = "said so", string extra = "", string metadata = "{}") =>
        Answer(code, $$"""{"kind":"Status","apiVersion":"v1","metadata":{{metadata}},"status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{code}},"details":{"name":"a"} }""", extra: extra);

    public static string ConfigMap(string name, string version = "1") =>
        $$"""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"{{name}}","namespace":"default","resourceVersion":"{{version}}"},"data":{"a":"b"} }""";

    public static string ConfigMaps(string version, string? next, params string[] names) =>
        Answer(200, $$"""{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"{{version}}","continue":"{{next}}"},"items":[{{string.Join(',', names.Select(name => ConfigMap(name)))}}] }""");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var socket in _open)
            socket.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                _open.Add(socket);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            string? serverName = null;
            X509Certificate? client = null;
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(
                    (_, hello, _, _) =>
                    {
                        serverName = hello.ServerName;
                        return ValueTask.FromResult(new SslServerAuthenticationOptions
                        {
                            ServerCertificate = _certificate,
                            ClientCertificateRequired = true,
                            RemoteCertificateValidationCallback = (_, certificate, _, _) => (client = certificate) == certificate,
                        });
                    },
                    null, _stop.Token);
                stream = tls;
            }

            while (await Exchange.ReadAsync(stream, _stop.Token) is { } exchange)
            {
                exchange.ServerName = serverName;
                exchange.ClientSubject = client?.Subject;
                Requests.Enqueue(exchange);
                await _handle(exchange);
                if (exchange.Closed)
                    break;
            }

            await stream.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            socket.Dispose();
        }
    }
}
