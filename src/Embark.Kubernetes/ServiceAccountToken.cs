namespace Embark.Kubernetes;

/// <summary>A token of a service account, and when it ends.</summary>
public sealed record ServiceAccountToken(Secret Token, DateTimeOffset ExpiresAt);
