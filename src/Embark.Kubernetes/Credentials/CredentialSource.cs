namespace Embark.Kubernetes.Credentials;

/// <summary>Picks the source of credentials that a user's settings ask for.</summary>
internal static class CredentialSource
{
    public static ICredentialSource For(KubernetesConnection connection, KubernetesClientOptions options)
    {
        var user = connection.User;
        var certificate = user.Certificate is { } spec ? ClientCertificate.Load(spec, options.Time) : null;
        return user switch
        {
            { TokenFile: { } file } => new TokenFileCredential(file, user.Source, certificate),
            { Token: null, Basic: null, Exec: { } plugin } => new ExecCredential(new ExecPlugin(plugin, connection, options), certificate, options.Time),
            _ => new FixedCredential(new Credential { Token = user.Token, Basic = user.Basic, Certificate = certificate }),
        };
    }
}
