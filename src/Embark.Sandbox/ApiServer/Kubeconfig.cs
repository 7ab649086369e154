using System.Text;

namespace Embark.Sandbox.ApiServer;

/// <summary>Kubeconfig files as YAML.</summary>
internal static class Kubeconfig
{
    public static string WithCertificate(Uri server, string authorityPem, string user, string certificatePem, string keyPem) => Write(
        server, authorityPem, user,
        $"""
            client-certificate-data: {Base64(certificatePem)}
            client-key-data: {Base64(keyPem)}
        """);

    public static string WithToken(Uri server, string authorityPem, string user, string token) => Write(
        server, authorityPem, user, $"    token: {token}");

    private static string Write(Uri server, string authorityPem, string user, string credentials) =>
        $"""
        apiVersion: v1
        kind: Config
        current-context: embark-sandbox
        clusters:
        - name: embark-sandbox
          cluster:
            server: {server.GetLeftPart(UriPartial.Authority)}
            certificate-authority-data: {Base64(authorityPem)}
        contexts:
        - name: embark-sandbox
          context:
            cluster: embark-sandbox
            user: "{user}"
        users:
        - name: "{user}"
          user:
        {credentials}

        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
