using System.Text.Json.Nodes;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>Block J of the fault matrix: one thing is wrong at a time, on a VM whose proxy runs, and `embark verify` names it.</summary>
public sealed class Causes(MeshWorld world) : IClassFixture<MeshWorld>
{
    private const string Elsewhere = "s/istiod\\.istio-system\\.svc:15012/gw.example.test:15012/";

    private const string OtherLabels = "sed -i 's/^ISTIO_METAJSON_LABELS=.*/ISTIO_METAJSON_LABELS={\"app\":\"other\"}/' sidecar.env";

    [Fact(Timeout = 300_000)]
    public Task J93a_Refused_connection_to_istiod() => IsNamedAsync("istiod-refused", "", run => run.Replace("10.4.100.1", "10.128.0.2", StringComparison.Ordinal));

    [Fact(Timeout = 300_000)]
    public Task J93b_No_route_to_istiod() => IsNamedAsync("no-route", "", run => run.Replace("10.4.100.1", "192.0.2.1", StringComparison.Ordinal));

    [Fact(Timeout = 300_000)]
    public Task J93c_Gateway_name_that_nobody_knows() => IsNamedAsync("name-unknown", $"sed -i '{Elsewhere}' sidecar.env");

    [Fact(Timeout = 300_000)]
    public Task J93d_Root_certificate_of_another_mesh() =>
        IsNamedAsync("wrong-root", "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /O=other -days 2 2>/dev/null >other.pem; cat other.pem >certs/root-cert.pem; mv other.pem istio-ca.pem");

    [Fact(Timeout = 300_000)]
    public Task J93e_Gateway_name_that_istiods_certificate_lacks() =>
        IsNamedAsync("wrong-name", $"sed -i '{Elsewhere}' sidecar.env", run => run.Replace("istiod.istio-system.svc:10", "gw.example.test:10", StringComparison.Ordinal));

    [Fact(Timeout = 300_000)]
    public Task J93f_Token_that_istiod_rejects() => IsNamedAsync("token-rejected", "sed -i 's/\\..*$/.e30.AAAA/' tokens/istio-token");

    [Fact(Timeout = 300_000)]
    public Task J114_Wrong_service_account() => IsNamedAsync("wrong-service-account", "sed -i 's/^SERVICE_ACCOUNT=.*/SERVICE_ACCOUNT=someone-else/' sidecar.env");

    [Fact(Timeout = 300_000)]
    public Task J115_Wrong_namespace() => IsNamedAsync("wrong-namespace", "sed -i 's/^POD_NAMESPACE=.*/POD_NAMESPACE=other/' sidecar.env");

    [Fact(Timeout = 300_000)]
    public Task J116_Wrong_cluster_id() => IsNamedAsync("wrong-cluster-id", "sed -i 's/^ISTIO_META_CLUSTER_ID=.*/ISTIO_META_CLUSTER_ID=elsewhere/' sidecar.env");

    [Fact(Timeout = 300_000)]
    public Task J117_Gateway_by_dns_name_with_ca_address() => IsNamedAsync("ca-address-set",
        $"sed -i '{Elsewhere}' sidecar.env; printf 'CA_ADDR=gw.example.test:15012\\nISTIOD_SAN=istiod.istio-system.svc\\n' >>sidecar.env",
        run => run.Replace("istiod.istio-system.svc:10", "gw.example.test:10", StringComparison.Ordinal));

    [Fact(Timeout = 300_000)]
    public Task J118_Gateway_by_dns_name_without_ca_address_joins() => JoinsAsync(
        $"sed -i '{Elsewhere}' sidecar.env; echo ISTIOD_SAN=istiod.istio-system.svc >>sidecar.env",
        run => run.Replace("istiod.istio-system.svc:10", "gw.example.test:10", StringComparison.Ordinal));

    [Fact(Timeout = 300_000)]
    public Task J119_Interception_mode_missing() => IsNamedAsync("interception-mode", "sed -i '/^ISTIO_META_INTERCEPTION_MODE=/d' sidecar.env");

    [Fact(Timeout = 300_000)]
    public Task J120_Labels_of_another_application() => IsNamedAsync("labels", OtherLabels);

    [Fact(Timeout = 300_000)]
    public async Task J121_Labels_of_another_application_before_it_started()
    {
        world.Need();
        await world.Sandbox.Vm!.Ratings!.StopAsync(TimeSpan.FromSeconds(5));
        try
        {
            await IsNamedAsync("labels", OtherLabels);
        }
        finally
        {
            await world.RootAsync("docker rm -f istio-proxy");
            await world.Sandbox.Vm!.StartRatingsAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact(Timeout = 300_000)]
    public Task J127_Network_of_the_cluster() => IsNamedAsync("network", "sed -i 's/^ISTIO_META_NETWORK=.*/ISTIO_META_NETWORK=cluster-net/' sidecar.env");

    [Fact(Timeout = 300_000)]
    public Task J128_Network_missing_works_with_a_warning() => JoinsAsync("sed -i '/^ISTIO_META_NETWORK=/d' sidecar.env", warning: "ISTIO_META_NETWORK is missing");

    [Fact(Timeout = 300_000)]
    public Task J129_Instance_address_of_another_machine() => IsNamedAsync("instance-ip", "sed -i 's/^INSTANCE_IP=.*/INSTANCE_IP=10.128.0.99/' sidecar.env");

    [Fact(Timeout = 300_000)]
    public Task J130_Other_trust_domain_works_with_a_warning() => JoinsAsync("sed -i 's/^TRUST_DOMAIN=.*/TRUST_DOMAIN=example.org/' sidecar.env", warning: "TRUST_DOMAIN is");

    [Fact(Timeout = 300_000)]
    public async Task J131_Token_gone_with_the_certificate_kept_joins_again()
    {
        await JoinsAsync("");
        await world.RootAsync("rm /etc/istio-proxy/tokens/istio-token; docker restart istio-proxy");
        (await VerifyAsync()).ShouldEndWith(0);
    }

    [Fact(Timeout = 300_000)]
    public Task J132_Token_gone_without_a_certificate() => IsNamedAsync("token-missing", "rm tokens/istio-token");

    private async Task JoinsAsync(string edit, Func<string, string>? words = null, string warning = "")
    {
        world.Need();
        await world.StartChangedAsync(edit, words);
        var verify = await VerifyAsync();
        verify.ShouldEndWith(0);
        Assert.Contains(warning, verify.Output, StringComparison.Ordinal);
    }

    private async Task IsNamedAsync(string cause, string edit, Func<string, string>? words = null)
    {
        world.Need();
        await world.StartChangedAsync(edit, words);
        var verify = await VerifyAsync();
        verify.ShouldEndWith(11);
        var named = JsonNode.Parse(verify.Output)!["items"]![0]!["proof"]!["cause"];
        Assert.True(cause == (string?)named?["name"], $"named {named?.ToJsonString() ?? "nothing"}\n{verify.All}");
        Assert.Contains("fix: ", verify.Error, StringComparison.Ordinal);
    }

    private Task<Run> VerifyAsync() => world.EmbarkAsync("verify", "ratings-vm.bookinfo", "--from", world.RatingsOverMesh, "-o", "json");
}
