using System.Net;
using System.Net.Sockets;
using Embark.Sandbox.Proxy;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Apps;

/// <summary>Calls of an application to other services: to its sidecar's egress address, with the service's name as host.</summary>
internal sealed class MeshCalls : IDisposable
{
    // Headers that make one trace of several calls, and those that routes look at.
    private static readonly string[] s_passedOn =
        ["x-request-id", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags", "traceparent", "tracestate", "end-user", "user-agent"];

    private readonly string _egress;
    private readonly HttpClient _http;

    public MeshCalls(string egress, NewSocket newSocket)
    {
        _egress = egress;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = newSocket(AddressFamily.InterNetwork);
                try
                {
                    await socket.ConnectAsync(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        { Timeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>Body of the answer, and the status; 503 when none came.</summary>
    public async Task<(int Status, string Body)> GetAsync(HttpContext caller, string service, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{_egress}:9080{path}");
        request.Headers.Host = $"{service}:9080";
        foreach (var name in s_passedOn)
            if (caller.Request.Headers.TryGetValue(name, out var value))
                request.Headers.TryAddWithoutValidation(name, value.ToString());
        try
        {
            using var answer = await _http.SendAsync(request, caller.RequestAborted).ConfigureAwait(false);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(caller.RequestAborted).ConfigureAwait(false));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !caller.RequestAborted.IsCancellationRequested)
        {
            return (503, e.Message);
        }
    }

    public void Dispose() => _http.Dispose();
}
