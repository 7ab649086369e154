namespace Embark.Kubernetes.Configuration;

/// <summary>Reads the cluster of a context.</summary>
internal sealed class ClusterReader(KubeconfigEntry cluster, KubeconfigOptions options)
{
    private const string Insecure = "insecure-skip-tls-verify";

    public string? CertificateAuthoritySource { get; private set; }

    public Uri? Address()
    {
        if (cluster.Text("server") is not { } text)
            return cluster.Problem<Uri>("names no server");
        if (!text.Contains("://", StringComparison.Ordinal))
            text = $"https://{text}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http") || server.Host.Length == 0
            || server.UserInfo.Length > 0 || server.Query.Length > 0 || server.Fragment.Length > 0)
            return cluster.Problem<Uri>($"server \"{text}\" is no http or https address");
        return server.Scheme == "https" || server.IsLoopback || options.AllowInsecureTls
            ? server
            : cluster.Problem<Uri>($"server {text} is plain http: everybody on the way could read the credentials");
    }

    public byte[]? CertificateAuthority()
    {
        var bytes = PemSource.Read(cluster, "certificate-authority", out var source);
        CertificateAuthoritySource = source;
        return bytes;
    }

    public bool InsecureTls()
    {
        if (!cluster.Flag(Insecure))
            return false;
        if (!options.AllowInsecureTls)
            cluster.Problem<object>($"{Insecure} is refused: whoever answers would get the credentials; put the server's CA into certificate-authority-data, or allow it with --insecure-skip-tls-verify");
        return true;
    }

    public Uri? Proxy()
    {
        if (cluster.Text("proxy-url") is not { } text)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : cluster.Problem<Uri>("proxy-url is no http, https or socks5 address");
    }
}
