namespace Embark.Kubernetes;

/// <summary>A token of a service account, and when it ends.</summary>
public sealed record ServiceAccountToken(Secret Token, DateTimeOffset ExpiresAt)
{
    /// <summary>True when the server gave a shorter life than was asked for (TokenRequest: "the token issuer may return a different expiry").</summary>
    public bool Shortened { get; init; }
}
