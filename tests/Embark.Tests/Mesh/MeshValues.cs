using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Tests.Mesh;

/// <summary>Block C of the fault matrix: ConfigMaps and mesh values.</summary>
public sealed class MeshValues
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string?, string> BadMeshes => new()
    {
        { "missing", null, "is absent" },
        { "broken", "defaultConfig:\n  a: [\n", "line" },
        { "a list", "- a\n- b\n", "not a map" },
        { "two documents", "a: 1\n---\nb: 2\n", "more than one document" },
        { "the same key twice", "a: 1\na: 2\n", "stands twice" },
        { "10 MB", "a: " + new string('x', 10_000_000), "limit is 1048576" },
        { "nested too deep", string.Concat(Enumerable.Range(0, 200).Select(i => new string(' ', i) + "a:\n")), "nested more than 64" },
        { "a bomb of aliases", "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(0, 9).Select(i => $"{(char)('b' + i)}: &{(char)('b' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i)}", 10))}]\n")), "more than 50000 values" },
        { "an address that is none", "defaultConfig:\n  discoveryAddress: 'istiod;id:15012'\n", "must be host:port" },
        { "a field of another type", "defaultConfig:\n  discoveryAddress: [1]\n", "not a string" },
        { "a trust domain with a blank", "trustDomain: 'a b'\n", "trust domain" },
        { "a loader variable", "defaultConfig:\n  proxyMetadata:\n    LD_PRELOAD: /tmp/x.so\n", "may not be set" },
    };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(BadMeshes))]
    public async Task C26_Bad_mesh_is_refused_with_key_and_reason(string which, string? mesh, string says)
    {
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml("ConfigMap istio"), Map("istio", mesh is null ? [] : new() { ["mesh"] = mesh }));

        var problems = await cluster.RefusedAsync(Cancellation);

        Assert.NotEmpty(which);
        Assert.Contains(problems, p => p.What.Contains(says, StringComparison.Ordinal) && (p.Where.Contains("key mesh", StringComparison.Ordinal) || p.Where.Contains("ProxyConfig", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 60_000)]
    public async Task C26_Empty_mesh_means_defaults()
    {
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml("ConfigMap istio"), Map("istio", new() { ["mesh"] = "" }));

        var (_, mesh) = await cluster.ReadAsync(Cancellation);

        Assert.Equal(("cluster.local", 0), (mesh.TrustDomain, mesh.DefaultConfig.Count));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("{\"global\": {\"hub\": \"a\"", "not valid JSON: line 1, byte")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\"global\": {\"hub\": 7, \"tag\": \"1\"}}", "is 7, not a string")]
    [InlineData("{\"global\": {\"hub\": null, \"tag\": \"1.30.3\"}}", "is absent, and the entry names no image")]
    [InlineData("{\"global\": {\"hub\": \"docker.io/istio\", \"tag\": null}}", "no tag is guessed")]
    [InlineData("{\"global\": {\"hub\": \"docker.io/istio\", \"tag\": \"1 --privileged\"}}", "must be an image tag")]
    [InlineData("{\"global\": {\"hub\": \"docker.io/istio\", \"tag\": \"1\", \"network\": \"a\\nLD_PRELOAD=/x\"}}", "must be a network name")]
    public async Task C27_Bad_injector_values_are_refused(string values, string says)
    {
        var entry = TestCluster.GuideYaml().Replace("    sidecar-bootstrap.istio.io/proxy-image-hub: docker.io/tetrate\n", "", StringComparison.Ordinal);
        await using var cluster = await TestCluster.StartAsync(Cancellation, entry, Map("istio-sidecar-injector", new() { ["values"] = values }));

        Assert.Contains(await cluster.RefusedAsync(Cancellation), p => p.What.Contains(says, StringComparison.Ordinal));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("1.10", "1.10")]
    [InlineData("1.30", "1.30")]
    [InlineData("17", "17")]
    [InlineData("\"1.30.3\"", "1.30.3")]
    public async Task C27_Tag_stays_as_written_and_unknown_fields_are_ignored(string tag, string read)
    {
        var values = $"{{\"global\": {{\"hub\": \"docker.io/istio\", \"tag\": {tag}, \"proxy\": {{\"tracer\": \"none\"}}, \"unknown\": {{\"x\": [1]}}}}, \"more\": 7}}";
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml(), Map("istio-sidecar-injector", new() { ["values"] = values }));

        var (_, mesh) = await cluster.ReadAsync(Cancellation);

        Assert.Equal(read, mesh.Image.Tag);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("missing", "does not exist")]
    [InlineData("empty", "is absent or empty")]
    [InlineData("not PEM", "holds no certificate")]
    [InlineData("broken", "cannot be read")]
    [InlineData("expired", "every root certificate has expired")]
    [InlineData("with a private key", "holds a private key")]
    public async Task C28_Bad_root_certificate_is_refused(string which, string says)
    {
        string? pem = which switch
        {
            "missing" => null,
            "empty" => "",
            "not PEM" => "hello\n",
            "broken" => "-----BEGIN CERTIFICATE-----\nTWVzaA==\n-----END CERTIFICATE-----\n",
            "expired" => Root(-20, -10),
            _ => Root(-1, 10) + "-----BEGIN " + "PRIVATE KEY-----\nTWVzaA==\n-----END PRIVATE KEY-----\n",
        };
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml("ConfigMap istio-ca-root-cert"), pem is null ? "" : Map("istio-ca-root-cert", new() { ["root-cert.pem"] = pem }));

        Assert.Contains(await cluster.RefusedAsync(Cancellation), p => p.Where.Contains("istio-ca-root-cert", StringComparison.Ordinal) && p.What.Contains(says, StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task C28_Two_certificates_are_both_kept_and_an_expired_one_beside_a_good_one_warned_of()
    {
        var bundle = Root(-20, -10) + Root(-1, 10);
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml("ConfigMap istio-ca-root-cert"), Map("istio-ca-root-cert", new() { ["root-cert.pem"] = bundle }));

        var (_, mesh) = await cluster.ReadAsync(Cancellation);

        Assert.Equal(bundle, mesh.RootCertificates);
        Assert.Contains(mesh.Warnings, w => w.What.Contains("some root certificates have expired", StringComparison.Ordinal));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("169.254.1.1")]
    [InlineData("fe80::1")]
    public async Task C29_A_gateway_address_that_no_vm_reaches_is_refused(string address)
    {
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml().Replace("203.0.113.7", address, StringComparison.Ordinal));

        Assert.Contains(await cluster.RefusedAsync(Cancellation), p => p.What.Contains("no VM can reach it", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task C29_A_pending_gateway_is_waited_for_on_request()
    {
        var pending = TestCluster.GuideYaml().Replace("status: {loadBalancer: {ingress: [{ip: 203.0.113.7}]}}\n", "", StringComparison.Ordinal);
        await using var cluster = await TestCluster.StartAsync(Cancellation, pending);
        var options = new MeshReaderOptions { SshUser = "operator", WaitForGateway = TimeSpan.FromSeconds(40) };

        var reading = cluster.ReadAsync(Cancellation, options);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
        Assert.False(reading.IsCompleted);
        await cluster.Client.PatchAsync(Embark.Kubernetes.CoreKinds.Services, "istio-system", "istio-eastwestgateway",
            new JsonObject { ["spec"] = new JsonObject { ["externalIPs"] = new JsonArray("203.0.113.50") } }, Cancellation);

        Assert.Equal("203.0.113.50", (await reading).Mesh.Gateway!.Host);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("\"jwtPolicy\": \"first-party-jwt\"", "first-party tokens never expire")]
    [InlineData("\"jwtPolicy\": \"other\"", "only third-party-jwt")]
    [InlineData("\"pilotCertProvider\": \"kubernetes\"", "only istiod is supported")]
    public async Task C30_Policies_under_which_no_vm_joins_are_refused(string setting, string says)
    {
        var values = $"{{\"global\": {{\"hub\": \"docker.io/istio\", \"tag\": \"1\", {setting}}}}}";
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml(), Map("istio-sidecar-injector", new() { ["values"] = values }));

        Assert.Contains(await cluster.RefusedAsync(Cancellation), p => p.What.Contains(says, StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task C30_With_two_revisions_the_one_of_the_namespace_is_read_and_none_is_guessed()
    {
        var two = TestCluster.GuideYaml("ConfigMap istio") + "\n---\n" + Map("istio-blue", new() { ["mesh"] = "trustDomain: blue\n" }) + "\n---\n" + Map("istio-green", new() { ["mesh"] = "trustDomain: green\n" });
        var injectors = Map("istio-sidecar-injector-green", new() { ["values"] = "{\"global\": {\"hub\": \"a\", \"tag\": \"1\"}, \"revision\": \"green\"}" });
        await using var cluster = await TestCluster.StartAsync(Cancellation, two, injectors);

        var problem = Assert.Single(await cluster.RefusedAsync(Cancellation));
        var (_, mesh) = await cluster.ReadAsync(Cancellation, new() { SshUser = "operator", Revision = "green" });

        Assert.Contains("found: istio-blue, istio-green", problem.What, StringComparison.Ordinal);
        Assert.Equal(("green", "green"), (mesh.TrustDomain, mesh.Revision));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_helm_revision_called_default_is_found()
    {
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml("ConfigMap istio", "ConfigMap istio-sidecar-injector"), Map("istio-default", new() { ["mesh"] = "trustDomain: td\n" }),
            Map("istio-sidecar-injector-default", new() { ["values"] = "{\"global\": {\"hub\": \"a\", \"tag\": \"1\"}, \"revision\": \"default\"}" }));

        var (_, mesh) = await cluster.ReadAsync(Cancellation);

        Assert.Equal("td", mesh.TrustDomain);
    }

    private static string Map(string name, Dictionary<string, string> data) => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "istio-system" },
        ["data"] = new JsonObject(data.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value)))),
    }.ToJsonString();

    private static string Root(int fromDays, int toDays)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("O=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
        return new StringBuilder(certificate.ExportCertificatePem()).Append('\n').ToString();
    }
}
