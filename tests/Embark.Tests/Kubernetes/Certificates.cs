using System.Net;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class Certificates
{
    [Fact(Timeout = 30_000)]
    public async Task K5_A_server_of_another_ca_is_named()
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, "{}"));
        var refused = await FailsAsync(TestKubeconfig.Load(api.Address, new TestCa("other-ca"), "token: abc"));
        Assert.Equal(KubernetesFailure.Credentials, refused.Failure);
        Assert.Contains("not signed by the CA in certificate-authority-data of cluster \"test\"", refused.Message, StringComparison.Ordinal);
        Assert.Contains("test-ca", refused.Message, StringComparison.Ordinal);
        Assert.Empty(api.Requests);
    }

    [Fact(Timeout = 30_000)]
    public async Task K5_An_expired_server_certificate_is_named()
    {
        var old = TestCa.Shared.Issue("api", ["127.0.0.1"], DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(-2));
        await using var api = new RawApi(exchange => exchange.WriteAsync(RawApi.Answer(200, "{}")), old);
        var refused = await FailsAsync(api.Connection());
        Assert.Equal(KubernetesFailure.Credentials, refused.Failure);
        Assert.Contains("the server's certificate expired on", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task K5_A_server_certificate_for_another_name_is_named_and_tls_server_name_mends_it()
    {
        var other = TestCa.Shared.Issue("api", ["kubernetes.default", "10.0.0.1"]);
        await using var api = new RawApi(exchange => exchange.WriteAsync(RawApi.Answer(200, RawApi.ConfigMap("a"))), other);
        var refused = await FailsAsync(api.Connection());
        Assert.Equal(KubernetesFailure.Credentials, refused.Failure);
        Assert.Contains("is for kubernetes.default, 10.0.0.1, not for 127.0.0.1", refused.Message, StringComparison.Ordinal);

        using var client = KubernetesClient.Connect(api.Connection(cluster: "tls-server-name: kubernetes.default"), RawApi.Quick);
        Assert.NotNull(await client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
        Assert.Equal("kubernetes.default", Assert.Single(api.Requests).ServerName);
    }

    [Fact(Timeout = 30_000)]
    public async Task K5_An_expired_client_certificate_is_named()
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, "{}"));
        var old = TestCa.Shared.Issue("dev", [], DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(-2));
        var refused = Assert.Throws<KubernetesException>(() => api.Client(user: User(old.ExportCertificatePem(), TestCa.KeyPem(old))));
        Assert.Equal(KubernetesFailure.Credentials, refused.Failure);
        Assert.Contains("client certificate expired on", refused.Message, StringComparison.Ordinal);
        Assert.Contains("client-certificate-data of user \"test\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task K5_A_key_that_does_not_match_is_named()
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, "{}"));
        var one = TestCa.Shared.Issue("dev", []);
        var two = TestCa.Shared.Issue("dev", []);
        var refused = Assert.Throws<KubernetesException>(() => api.Client(user: User(one.ExportCertificatePem(), TestCa.KeyPem(two))));
        Assert.Equal(KubernetesFailure.Credentials, refused.Failure);
        Assert.Contains("client key does not match the client certificate", refused.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("junk", "not a certificate in PEM")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "not a certificate in PEM")]
    public async Task K5_A_client_certificate_that_is_none_is_named(string pem, string expected)
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, "{}"));
        Assert.Contains(expected, Assert.Throws<KubernetesException>(() => api.Client(user: User(pem, "x"))).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_certificate_is_shown_to_the_server()
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, RawApi.ConfigMap("a")));
        var dev = TestCa.Shared.Issue("dev", []);
        using var client = api.Client(user: User(dev.ExportCertificatePem(), TestCa.KeyPem(dev)));
        Assert.NotNull(await client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
        var request = Assert.Single(api.Requests);
        Assert.Equal("CN=dev", request.ClientSubject);
        Assert.Null(request.Header("Authorization"));
    }

    [Fact(Timeout = 30_000)]
    public async Task K10_An_ipv6_server_works()
    {
        Assert.SkipUnless(System.Net.Sockets.Socket.OSSupportsIPv6, "needs IPv6");
        await using var api = new RawApi(exchange => exchange.WriteAsync(RawApi.Answer(200, RawApi.ConfigMap("a"))), address: IPAddress.IPv6Loopback);
        using var client = KubernetesClient.Connect(api.Connection(server: $"\"https://[::1]:{api.Port}/prefix/\""), RawApi.Quick);
        Assert.NotNull(await client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
        Assert.Equal("/prefix/api/v1/namespaces/default/configmaps/a", Assert.Single(api.Requests).Target);
    }

    [Fact(Timeout = 30_000)]
    public async Task Without_the_systems_trust_store_its_own_ca_still_counts_and_the_environment_stays()
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, RawApi.ConfigMap("a")));
        using var client = api.Client(RawApi.Quick with { OwnTrustOnly = true });
        Assert.NotNull(await client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
        using var other = KubernetesClient.Connect(TestKubeconfig.Load(api.Address, new TestCa("other-ca"), "token: abc"), RawApi.Quick with { OwnTrustOnly = true });
        await Assert.ThrowsAsync<KubernetesException>(() => other.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));

        using var child = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("env") { RedirectStandardOutput = true })!;
        Assert.DoesNotContain("/nonexistent", await child.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static string User(string certificate, string key) =>
        $"client-certificate-data: {TestKubeconfig.Base64(certificate)}\nclient-key-data: {TestKubeconfig.Base64(key)}";

    private static async Task<KubernetesException> FailsAsync(KubernetesConnection connection)
    {
        using var client = KubernetesClient.Connect(connection, RawApi.Quick);
        return await Assert.ThrowsAsync<KubernetesException>(() => client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
    }
}
