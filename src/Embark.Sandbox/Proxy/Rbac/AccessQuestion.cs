using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Proxy.Listening;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy.Rbac;

/// <summary>Who asks for what: all that an access rule may look at.</summary>
/// <param name="Connection">How it came.</param>
/// <param name="Request">Null where only a connection is asked for.</param>
internal sealed record AccessQuestion(AcceptedConnection Connection, HttpRequest? Request)
{
    /// <summary>The names in the caller's verified certificate; none without mutual TLS.</summary>
    public IReadOnlyList<string> Principals { get; } =
        Connection.PeerCertificate is { } peer ? CallerAuthentication.UriNames(peer) : [];

    /// <summary>The path without its query.</summary>
    public string? Path => Request?.Path.Value;
}
