using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Proxy.Listening;

/// <summary>One filter chain made ready: how to end TLS, and who serves what is inside.</summary>
internal sealed record FilterChainRuntime(string Name, DownstreamTls? Tls, IConnectionService Service);

/// <summary>Serves one accepted connection: HTTP or bytes.</summary>
internal interface IConnectionService
{
    /// <summary>Returns when the connection is done; disposes nothing.</summary>
    Task ServeAsync(AcceptedConnection connection, CancellationToken cancellationToken);
}
