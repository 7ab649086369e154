using System.Net;
using System.Net.Sockets;
using Embark.Sandbox.Hosts;
using Embark.Sandbox.Proxy.Admin;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Tests.Interop;

/// <summary>A network of its own on which all addresses of the recorded mesh are, so that recorded bytes need no change.</summary>
internal sealed class RecordedWorld : IAsyncDisposable
{
    private readonly RunDirectory _directory;
    private readonly Fabric _fabric;
    private readonly List<IAsyncDisposable> _parts = [];

    private RecordedWorld(RunDirectory directory, Fabric fabric)
    {
        (_directory, _fabric) = (directory, fabric);
        Sockets = new HostSockets($"/proc/{fabric.Edge.Pid}/ns/net");
    }

    public HostSockets Sockets { get; }

    public string Folder => _directory.Path;

    /// <summary>Skips the test where such a network cannot be had.</summary>
    public static async Task<RecordedWorld> StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root: a network of its own");
        var directory = RunDirectory.Open(RunDirectory.Fresh());
        try
        {
            var fabric = await Fabric.StartAsync(directory, new HostSpec("recorded"), cancellationToken);
            await Fabric.IpAsync(fabric.Edge,
                ["link set lo up", .. new[] { "10.128.0.2", "10.4.100.1", "10.4.0.2", "10.4.0.11", "10.4.0.12", "10.4.0.13", "10.4.0.14", "35.194.38.142" }.Select(address => $"addr add {address}/32 dev lo")],
                cancellationToken);
            await fabric.Edge.Up;
            return new RecordedWorld(directory, fabric);
        }
        catch (SandboxException missing) when (missing.HostsOnly)
        {
            await directory.DisposeAsync();
            Assert.Skip($"needs hosts: {missing.Message}");
            throw;
        }
    }

    public T Add<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    /// <summary>An application on 127.0.0.1:9080 that says who called it.</summary>
    public async Task AppAsync() => _parts.Add(await LocalServer.StartAsync(
        new IPEndPoint(IPAddress.Loopback, 9080),
        context => context.Response.WriteAsync($"{context.Request.Path} by {context.Request.Headers["x-forwarded-client-cert"]}"),
        CancellationToken.None, Sockets.New));

    public HttpClient Client() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = Sockets.New(AddressFamily.InterNetwork);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
            await part.DisposeAsync();
        Sockets.Dispose();
        await _fabric.DisposeAsync();
        await _directory.DisposeAsync();
    }
}
