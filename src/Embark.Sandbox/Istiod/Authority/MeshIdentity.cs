namespace Embark.Sandbox.Istiod.Authority;

/// <summary>Who calls: namespace and service account in a trust domain.</summary>
internal sealed record MeshIdentity(string TrustDomain, string Namespace, string ServiceAccount)
{
    /// <summary>The SPIFFE ID. An '@' in a trust domain is written as a dot, as istiod does.</summary>
    public override string ToString() => $"spiffe://{TrustDomain.Replace('@', '.')}/ns/{Namespace}/sa/{ServiceAccount}";

    /// <summary>Reads <c>spiffe://td/ns/x/sa/y</c>; null when it is anything else.</summary>
    public static MeshIdentity? Parse(string? spiffeId) =>
        spiffeId?.Split('/') is ["spiffe:", "", { Length: > 0 } td, "ns", { Length: > 0 } ns, "sa", { Length: > 0 } account] ? new(td, ns, account) : null;
}
