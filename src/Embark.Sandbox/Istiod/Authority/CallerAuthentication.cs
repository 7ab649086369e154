using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Embark.Kubernetes;

namespace Embark.Sandbox.Istiod.Authority;

/// <summary>
/// Who calls istiod: a client certificate of the mesh first, else a service-account token checked by the API server.
/// Order and rules as protocols 1.3: with both, the certificate counts.
/// </summary>
internal sealed class CallerAuthentication(KubernetesClient api, MeshAuthority authority, string trustDomain, string clusterId)
{
    private const string Audience = "istio-ca"; // TOKEN_AUDIENCES

    /// <summary>The caller; null with the reason when the credential is refused. The reason is for istiod's log only.</summary>
    public async Task<(MeshIdentity? Caller, string Reason)> IdentifyAsync(
        X509Certificate2? certificate, string? authorization, string? callersCluster, CancellationToken cancellationToken)
    {
        if (certificate is not null && authority.Trusts(certificate) && UriNames(certificate) is [var only] && MeshIdentity.Parse(only) is { } proved)
            return (proved, "");
        const string noCertificate = "Authenticator ClientCertAuthenticator: no verified chain is found; Authenticator KubeJWTAuthenticator: ";
        if (authorization is null || !authorization.StartsWith("Bearer ", StringComparison.Ordinal))
            return (null, noCertificate + "target JWT extraction error: no HTTP authorization header exists");
        if (!string.IsNullOrEmpty(callersCluster) && callersCluster != clusterId)
            return (null, noCertificate + $"client claims to be in cluster \"{callersCluster}\", but we only know about local cluster \"{clusterId}\" and remote clusters []");

        var review = await api.CreateAsync(
            TokenReview.Resource, null, TokenReview.For(authorization["Bearer ".Length..], Audience), cancellationToken).ConfigureAwait(false);
        if (review.Status is { Authenticated: true, Error: null or "", User: { Username: { } name, Groups: { } groups } }
            && groups.Contains("system:serviceaccounts") && name.Split(':') is ["system", "serviceaccount", var ns, var account])
            return (new MeshIdentity(trustDomain, ns, account), "");
        return (null, noCertificate + $"failed to validate the JWT from cluster \"{clusterId}\": the service account authentication returns an error: {review.Status?.Error}");
    }

    /// <summary>The URI names of a certificate's subject alternative names.</summary>
    internal static IReadOnlyList<string> UriNames(X509Certificate2 certificate)
    {
        var names = new List<string>();
        if (certificate.Extensions["2.5.29.17"] is not { } extension)
            return names;
        // SEQUENCE OF GeneralName; uniformResourceIdentifier is [6] IA5String (RFC 5280, 4.2.1.6).
        var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        var uri = new Asn1Tag(TagClass.ContextSpecific, 6);
        while (reader.HasData)
        {
            if (reader.PeekTag().HasSameClassAndValue(uri))
                names.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, uri));
            else
                _ = reader.ReadEncodedValue();
        }

        return names;
    }
}
