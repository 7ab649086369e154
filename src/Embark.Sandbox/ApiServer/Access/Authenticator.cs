using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Access;

/// <summary>Finds out who is asking: a bearer token of a known user or of a service account, else a client certificate.</summary>
internal sealed class Authenticator(ObjectStore store, ServerCertificates certificates, ServiceAccountTokens tokens)
{
    private readonly ConcurrentDictionary<string, UserInfo> _users = new();
    private readonly ConcurrentDictionary<string, string> _tokensByUser = new();

    /// <summary>A lasting token for the user, the same each time.</summary>
    public string TokenOf(UserInfo user) => _tokensByUser.GetOrAdd(user.Name, _ =>
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _users[token] = user;
        return token;
    });

    /// <summary>Null when nobody we know is asking.</summary>
    public UserInfo? Recognise(string? authorization, X509Certificate2? certificate)
    {
        if (authorization is not null && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return ByToken(authorization["Bearer ".Length..].Trim(), [ServiceAccountTokens.Issuer])?.User;
        return certificate is null ? null : certificates.Recognise(certificate);
    }

    /// <summary>The user of a token that is meant for one of these audiences, and the audiences it shares with them.</summary>
    public (UserInfo User, IReadOnlyList<string> Audiences)? ByToken(string token, IReadOnlyList<string> audiences)
    {
        if (_users.TryGetValue(token, out var user))
            return audiences.Contains(ServiceAccountTokens.Issuer) ? (user, [ServiceAccountTokens.Issuer]) : null;
        if (tokens.Check(token) is not { } claims)
            return null;
        var shared = claims.Texts("aud").Where(audiences.Contains).ToArray();
        return shared.Length > 0 && AccountOf(claims) is { } account ? (account, shared) : null;
    }

    // A token dies with its account, and with the object it is bound to.
    private UserInfo? AccountOf(JsonObject claims)
    {
        var kubernetes = claims.Object("kubernetes.io");
        var @namespace = kubernetes.Text("namespace") ?? "";
        var name = kubernetes.Text("serviceaccount", "name") ?? "";
        var account = store.Find(BuiltInResources.ServiceAccounts, @namespace, name);
        if (account is null || account.Uid != kubernetes.Text("serviceaccount", "uid"))
            return null;
        if (kubernetes.Text("pod", "uid") is { } pod && store.Find(BuiltInResources.Pods, @namespace, kubernetes.Text("pod", "name")!)?.Uid != pod)
            return null;
        if (kubernetes.Text("secret", "uid") is { } secret && store.Find(BuiltInResources.Secrets, @namespace, kubernetes.Text("secret", "name")!)?.Uid != secret)
            return null;
        return UserInfo.ForServiceAccount(@namespace, name, account.Uid) with
        {
            Extra = new Dictionary<string, string> { ["authentication.kubernetes.io/credential-id"] = $"JTI={claims.Text("jti")}" },
        };
    }
}
