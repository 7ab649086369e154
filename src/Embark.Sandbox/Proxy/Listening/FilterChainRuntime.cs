using Embark.Sandbox.Proxy.Rbac;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Proxy.Listening;

/// <summary>One filter chain made ready: how to end TLS, and who serves what is inside.</summary>
internal sealed record FilterChainRuntime(string Name, DownstreamTls? Tls, IReadOnlyList<AccessRules> Access, IConnectionService Service)
{
    /// <summary>Serves the connection, unless a rule is against it.</summary>
    public Task ServeAsync(AcceptedConnection connection, CancellationToken cancellationToken) =>
        Access.Count > 0 && Access.Any(rules => rules.Refusal(new AccessQuestion(connection, null)) is not null)
            ? Task.CompletedTask
            : Service.ServeAsync(connection, cancellationToken);
}

/// <summary>Serves one accepted connection: HTTP or bytes.</summary>
internal interface IConnectionService
{
    /// <summary>Returns when the connection is done; disposes nothing.</summary>
    Task ServeAsync(AcceptedConnection connection, CancellationToken cancellationToken);
}
