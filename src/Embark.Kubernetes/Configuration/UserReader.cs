using System.Security.Cryptography;
using System.Text;
using Embark.Kubernetes.Credentials;
using YamlDotNet.RepresentationModel;

namespace Embark.Kubernetes.Configuration;

/// <summary>Reads the user of a context.</summary>
internal sealed class UserReader(KubeconfigEntry user, KubeconfigEntry cluster)
{
    public UserSpec Read()
    {
        if (user.Nested("auth-provider") is { } old)
            user.Problem<object>($"auth-provider \"{old.Text("name")}\" is no longer supported (kubectl dropped it in 1.26); use an exec plugin");
        var token = user.Text("token");
        var userName = user.Text("username");
        if (token is not null && userName is not null)
            user.Problem<object>("has both a token and a username; only one is allowed");
        return new UserSpec
        {
            Source = user.Source,
            Certificate = Certificate(),
            Token = token is null ? null : new Secret(Encoding.UTF8.GetBytes(token)),
            TokenFile = user.Text("tokenFile") is { } file ? user.Resolve(file) : null,
            Basic = userName is null ? null : new BasicLogin(userName, new Secret(Encoding.UTF8.GetBytes(user.Text("password") ?? ""))),
            Exec = user.Nested("exec") is { } exec ? new ExecReader(exec, cluster).Read() : null,
            Impersonate = Impersonate(),
        };
    }

    private ClientCertificateSpec? Certificate()
    {
        var certificate = PemSource.Read(user, "client-certificate", out var certificateSource);
        var key = PemSource.Read(user, "client-key", out var keySource);
        if (certificateSource is null && keySource is null)
            return null;
        if (certificateSource is null)
            return user.Problem<ClientCertificateSpec>("has a client-key without a client-certificate");
        if (keySource is null)
            return user.Problem<ClientCertificateSpec>("has a client-certificate without a client-key");
        if (certificate is null || key is null)
            return null;
        var secret = new Secret(key);
        CryptographicOperations.ZeroMemory(key);
        return new ClientCertificateSpec(Encoding.UTF8.GetString(certificate), certificateSource, secret, keySource);
    }

    /// <summary>Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation</summary>
    private List<KeyValuePair<string, string>> Impersonate()
    {
        List<KeyValuePair<string, string>> headers = [];
        Add("Impersonate-User", user.Text("as"));
        Add("Impersonate-Uid", user.Text("as-uid"));
        foreach (var group in user.Items("as-groups"))
            Add("Impersonate-Group", (group as YamlScalarNode)?.Value);
        var extra = user.Nested("as-user-extra")?.Body ?? [];
        foreach (var (name, values) in extra.Children)
        {
            foreach (var value in (values as YamlSequenceNode)?.Children ?? [])
                Add($"Impersonate-Extra-{Uri.EscapeDataString((name as YamlScalarNode)?.Value ?? "")}", (value as YamlScalarNode)?.Value);
        }

        return headers;

        void Add(string header, string? value)
        {
            if (value is null)
                return;
            if (value.Any(char.IsControl))
                user.Problem<object>($"{header} holds a control character");
            else
                headers.Add(KeyValuePair.Create(header, value));
        }
    }
}
