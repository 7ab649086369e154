using System.Net;
using System.Net.Sockets;
using Embark.Sandbox.Proxy.Admin;
using Embark.Sandbox.Proxy.Agent;
using Embark.Sandbox.Proxy.Tls;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy;

/// <summary>The proxy's own ports: admin, status, metrics, and readiness once there is a configuration.</summary>
internal sealed class ProxyPorts : IAsyncDisposable
{
    private readonly AgentSettings _settings;
    private readonly ProxyRuntime _runtime;
    private readonly Readiness _readiness;
    private readonly List<LocalServer> _servers = [];
    private LocalServer? _status;

    private ProxyPorts(AgentSettings settings, ProxyRuntime runtime, Readiness readiness) => (_settings, _runtime, _readiness) = (settings, runtime, readiness);

    /// <exception cref="AgentException">A port is taken; the words are pilot-agent's and Envoy's.</exception>
    public static async Task<ProxyPorts> OpenAsync(
        AgentSettings settings, ProxyRuntime runtime, WorkloadCertificates certificates, Readiness readiness, TimeProvider clock, ProxyLog log, CancellationToken cancellationToken)
    {
        var ports = new ProxyPorts(settings, runtime, readiness);
        var admin = new AdminPages(runtime, certificates, clock);
        try
        {
            ports._status = await OpenAsync(new IPEndPoint(IPAddress.Any, settings.StatusPort), ports.StatusAsync,
                _ => $"Error listening on status port: listen tcp :{settings.StatusPort}: bind: address already in use", cancellationToken).ConfigureAwait(false);
            ports._servers.Add(await OpenAsync(new IPEndPoint(IPAddress.Loopback, settings.AdminPort), admin.ServeAsync, Words, cancellationToken).ConfigureAwait(false));
            ports._servers.Add(await OpenAsync(new IPEndPoint(IPAddress.Any, settings.PrometheusPort), MetricsAsync, Words, cancellationToken).ConfigureAwait(false));
            RequireFree(new IPEndPoint(IPAddress.Any, settings.ReadinessPort));
            return ports;
        }
        catch (AgentException e)
        {
            log.Error("envoy main", e.Message);
            log.Error("", "Envoy exited with error: exit status 1");
            await ports.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        Task MetricsAsync(HttpContext context) => context.Response.WriteAsync(admin.Prometheus(), context.RequestAborted);

        static string Words(IPEndPoint address) =>
            $"error `cannot bind '{address}': Address already in use` initializing config";
    }

    /// <summary>15021 refuses connections until the first CDS and LDS were answered, as Envoy's listener does.</summary>
    public async Task OpenReadinessWhenConfiguredAsync(CancellationToken cancellationToken)
    {
        bool Answered(string manager) => _runtime.Stats.Read($"{manager}.update_success") + _runtime.Stats.Read($"{manager}.update_rejected") > 0;
        while (!Answered("cluster_manager.cds") || !Answered("listener_manager.lds"))
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken).ConfigureAwait(false);
        _servers.Add(await LocalServer.StartAsync(new IPEndPoint(IPAddress.Any, _settings.ReadinessPort), ReadyAsync, cancellationToken).ConfigureAwait(false));
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>15020 closes when the drain begins; 15021 then says 503.</summary>
    public async Task CloseStatusAsync()
    {
        if (Interlocked.Exchange(ref _status, null) is { } status)
            await status.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseStatusAsync().ConfigureAwait(false);
        foreach (var server in _servers)
            await server.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<LocalServer> OpenAsync(IPEndPoint address, RequestDelegate handler, Func<IPEndPoint, string> words, CancellationToken cancellationToken)
    {
        try
        {
            return await LocalServer.StartAsync(address, handler, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            throw new AgentException(words(address), exitCode: 0);
        }
    }

    // The listener of 15021 is static in Envoy: a stranger on the port ends the proxy at its start.
    private static void RequireFree(IPEndPoint address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
        }
        catch (SocketException)
        {
            throw new AgentException($"error `cannot bind '{address}': Address already in use` initializing config", exitCode: 0);
        }
    }

    private Task StatusAsync(HttpContext context)
    {
        var local = IPAddress.IsLoopback(context.Connection.RemoteIpAddress!);
        switch (context.Request.Method, context.Request.Path.Value)
        {
            case (_, "/healthz/ready"):
                return ReadyAsync(context);
            case ("POST", "/quitquitquit") when local:
                _quit.TrySetResult();
                return Task.CompletedTask;
            case ("POST", "/drain") when local:
                _runtime.BeginDrain();
                return Task.CompletedTask;
            default:
                context.Response.StatusCode = 404;
                return Task.CompletedTask;
        }
    }

    private readonly TaskCompletionSource _quit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when somebody on this machine asked the proxy to end.</summary>
    public Task Quit => _quit.Task;

    private Task ReadyAsync(HttpContext context)
    {
        context.Response.StatusCode = _readiness.Ask() ? 200 : 503;
        return Task.CompletedTask;
    }
}
