using Embark.Sandbox.ApiServer;

namespace Embark.Sandbox.Tests.ApiServer;

/// <summary>Unmodified kubectl works with the API server.</summary>
public sealed class KubectlTests : IAsyncLifetime
{
    private const string GuideObjects = """
        apiVersion: networking.istio.io/v1beta1
        kind: WorkloadEntry
        metadata:
          name: ratings-vm-2
          namespace: bookinfo
          annotations:
            sidecar-bootstrap.istio.io/ssh-user: istio-proxy
        spec:
          address: 35.194.38.142
          labels: {class: vm, app: ratings, version: v3}
          serviceAccount: bookinfo-ratings
          network: vm-us-central1-a
        ---
        apiVersion: networking.istio.io/v1beta1
        kind: Sidecar
        metadata: {name: ratings-2, namespace: bookinfo}
        spec:
          workloadSelector: {labels: {app: ratings, class: vm}}
          ingress:
          - {port: {number: 9080, protocol: HTTP, name: http}, defaultEndpoint: "127.0.0.1:9080"}
          egress:
          - {bind: 127.0.0.2, hosts: ["./*"]}
        """;

    private Server _server = null!;
    private Kubectl _kubectl = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await Server.StartAsync(new ApiServerOptions(), Cancel);
        _kubectl = new(_server.KubeconfigFor("admin"));
    }

    public async ValueTask DisposeAsync()
    {
        _kubectl?.Dispose();
        await _server.DisposeAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task Get_prints_the_columns_of_the_kinds()
    {
        var text = await _kubectl.RunAsync("get workloadentries,sidecars,services -n bookinfo", Cancel);

        Assert.Matches(@"NAME +AGE +ADDRESS\nworkloadentry.networking.istio.io/ratings-vm +\S+ +10.128.0.2\n", text);
        Assert.Contains("sidecar.networking.istio.io/bookinfo-ratings-no-iptables", text, StringComparison.Ordinal);
        Assert.Matches(@"service/ratings +ClusterIP +10.8.0.11 +<none> +9080/TCP", text);
    }

    [Fact(Timeout = 120_000)]
    public async Task Short_names_and_every_served_version_work()
    {
        foreach (var name in (string[])["we", "workloadentry", "workloadentries.v1beta1.networking.istio.io", "workloadentries.v1alpha3.networking.istio.io"])
            Assert.Equal("10.128.0.2", await _kubectl.RunAsync($"get {name} ratings-vm -n bookinfo -o jsonpath={{.spec.address}}", Cancel));
    }

    [Fact(Timeout = 120_000)]
    public async Task Apply_creates_then_changes_then_leaves_alone()
    {
        var created = await _kubectl.RunAsync("apply -f -", Cancel, GuideObjects);
        var changed = await _kubectl.RunAsync("apply -f -", Cancel, GuideObjects.Replace("35.194.38.142", "35.194.38.143", StringComparison.Ordinal));
        var same = await _kubectl.RunAsync("apply -f -", Cancel, GuideObjects.Replace("35.194.38.142", "35.194.38.143", StringComparison.Ordinal));

        Assert.Contains("workloadentry.networking.istio.io/ratings-vm-2 created", created, StringComparison.Ordinal);
        Assert.Contains("workloadentry.networking.istio.io/ratings-vm-2 configured", changed, StringComparison.Ordinal);
        Assert.Contains("sidecar.networking.istio.io/ratings-2 unchanged", changed, StringComparison.Ordinal);
        Assert.DoesNotContain("configured", same, StringComparison.Ordinal);
        Assert.Equal("2", await _kubectl.RunAsync("get we ratings-vm-2 -n bookinfo -o jsonpath={.metadata.generation}", Cancel));
    }

    [Fact(Timeout = 120_000)]
    public async Task Apply_merges_the_ports_of_a_service()
    {
        const string service = "---\n{apiVersion: v1, kind: Service, metadata: {name: two, namespace: bookinfo}, spec: {ports: [{name: a, port: 80}, {name: b, port: 81}]}}";
        await _kubectl.RunAsync("apply -f -", Cancel, service);
        await _kubectl.RunAsync("apply -f -", Cancel, service.Replace("81", "82", StringComparison.Ordinal));

        Assert.Equal("80 82", await _kubectl.RunAsync("get svc two -n bookinfo -o 'jsonpath={.spec.ports[*].targetPort}'", Cancel));
    }

    [Fact(Timeout = 120_000)]
    public async Task Server_side_apply_takes_over_from_client_side_apply_and_names_conflicts()
    {
        await _kubectl.RunAsync("apply -f -", Cancel, GuideObjects);
        await _kubectl.RunAsync("apply --server-side -f -", Cancel, GuideObjects);
        var other = GuideObjects.Replace("35.194.38.142", "10.0.0.1", StringComparison.Ordinal);

        var (code, _, error) = await _kubectl.TryAsync("apply --server-side --field-manager=other -f -", Cancel, other);
        await _kubectl.RunAsync("apply --server-side --field-manager=other --force-conflicts -f -", Cancel, other);

        Assert.NotEqual(0, code);
        Assert.Contains("Apply failed with 1 conflict: conflict with \"kubectl\": .spec.address", error, StringComparison.Ordinal);
        Assert.Equal("10.0.0.1", await _kubectl.RunAsync("get we ratings-vm-2 -n bookinfo -o jsonpath={.spec.address}", Cancel));
    }

    [Fact(Timeout = 120_000)]
    public async Task Server_side_apply_removes_what_its_manager_no_longer_wants()
    {
        await _kubectl.RunAsync("apply --server-side -f -", Cancel, GuideObjects);
        await _kubectl.RunAsync("apply --server-side -f -", Cancel, GuideObjects.Replace("  network: vm-us-central1-a\n", "", StringComparison.Ordinal));

        Assert.Equal("", await _kubectl.RunAsync("get we ratings-vm-2 -n bookinfo -o jsonpath={.spec.network}", Cancel));
    }

    [Fact(Timeout = 120_000)]
    public async Task Unknown_fields_and_wrong_types_are_refused_by_name()
    {
        var (_, _, unknown) = await _kubectl.TryAsync("apply -f -", Cancel, GuideObjects.Replace("  network:", "  netwerk:", StringComparison.Ordinal));
        var (_, _, wrong) = await _kubectl.TryAsync("apply -f -", Cancel, GuideObjects.Replace("number: 9080", "number: many", StringComparison.Ordinal));

        Assert.Contains("unknown field \"spec.netwerk\"", unknown, StringComparison.Ordinal);
        Assert.Contains("spec.ingress[0].port.number: Invalid value: \"string\"", wrong, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_guides_first_step_patches_the_ControlPlane()
    {
        var text = await _kubectl.RunAsync("""patch ControlPlane controlplane -n istio-system --patch '{"spec":{"meshExpansion":{}}}' --type merge""", Cancel);

        Assert.Contains("patched", text, StringComparison.Ordinal);
        Assert.Equal("{}", await _kubectl.RunAsync("get controlplane controlplane -n istio-system -o jsonpath={.spec.meshExpansion}", Cancel));
    }

    [Fact(Timeout = 120_000)]
    public async Task Get_watch_shows_changes_as_they_happen()
    {
        using var watch = _kubectl.Start("get we -n bookinfo -w --no-headers");
        Assert.StartsWith("ratings-vm ", await watch.StandardOutput.ReadLineAsync(Cancel), StringComparison.Ordinal);

        await _kubectl.RunAsync("apply -f -", Cancel, GuideObjects);

        Assert.Matches("ratings-vm-2 .*35.194.38.142", await watch.StandardOutput.ReadLineAsync(Cancel));
        watch.Kill();
    }

    [Fact(Timeout = 120_000)]
    public async Task Wait_ends_when_the_condition_comes_true()
    {
        await _kubectl.RunAsync("apply -f -", Cancel, GuideObjects);
        using var wait = _kubectl.Start("wait we/ratings-vm-2 -n bookinfo --for=condition=Healthy --timeout=60s");

        await _kubectl.RunAsync(
            """patch we ratings-vm-2 -n bookinfo --subresource=status --type=merge -p '{"status":{"conditions":[{"type":"Healthy","status":"True"}]}}'""", Cancel);

        Assert.Equal("workloadentry.networking.istio.io/ratings-vm-2 condition met", await wait.StandardOutput.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = 120_000)]
    public async Task Edit_like_flows_replace_label_and_annotate()
    {
        var json = await _kubectl.RunAsync("get we ratings-vm -n bookinfo -o json", Cancel);
        await _kubectl.RunAsync("replace -f -", Cancel, json.Replace("10.128.0.2", "10.128.0.3", StringComparison.Ordinal));
        await _kubectl.RunAsync("label we ratings-vm -n bookinfo tier=vm", Cancel);
        await _kubectl.RunAsync("annotate svc ratings -n bookinfo note=seen", Cancel);

        var (code, _, error) = await _kubectl.TryAsync("replace -f -", Cancel, json);

        Assert.Equal("10.128.0.3 vm", await _kubectl.RunAsync("get we ratings-vm -n bookinfo -o 'jsonpath={.spec.address} {.metadata.labels.tier}'", Cancel));
        Assert.NotEqual(0, code);
        Assert.Contains("the object has been modified; please apply your changes to the latest version and try again", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Create_commands_work_although_they_send_protobuf()
    {
        await _kubectl.RunAsync("create namespace shop", Cancel);
        await _kubectl.RunAsync("create configmap words -n shop --from-literal=greeting=hello", Cancel);
        await _kubectl.RunAsync("create secret generic hidden -n shop --from-literal=word=open", Cancel);
        await _kubectl.RunAsync("create service clusterip front -n shop --tcp=80:http", Cancel);
        await _kubectl.RunAsync("create role reader -n shop --verb=get --resource=configmaps --resource-name=words", Cancel);
        await _kubectl.RunAsync("create rolebinding reads -n shop --role=reader --user=rita", Cancel);

        Assert.Equal("hello", await _kubectl.RunAsync("get cm words -n shop -o jsonpath={.data.greeting}", Cancel));
        Assert.Equal("b3Blbg==", await _kubectl.RunAsync("get secret hidden -n shop -o jsonpath={.data.word}", Cancel));
        Assert.Equal("http", await _kubectl.RunAsync("get svc front -n shop -o 'jsonpath={.spec.ports[0].targetPort}'", Cancel));
        Assert.Equal("default", await _kubectl.RunAsync("get sa -n shop -o 'jsonpath={.items[*].metadata.name}'", Cancel));
        using var rita = new Kubectl(_server.KubeconfigFor("rita"));
        Assert.Equal("hello", await rita.RunAsync("get cm words -n shop -o jsonpath={.data.greeting}", Cancel));
    }

    [Fact(Timeout = 120_000)]
    public async Task Deleting_a_namespace_takes_its_content()
    {
        await _kubectl.RunAsync("delete namespace bookinfo", Cancel);

        var (_, text, error) = await _kubectl.TryAsync("get we -n bookinfo", Cancel);
        var (_, _, refused) = await _kubectl.TryAsync("apply -f -", Cancel, GuideObjects);

        Assert.Contains("No resources found", text + error, StringComparison.Ordinal);
        Assert.Contains("namespaces \"bookinfo\" not found", refused, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Deleted_objects_are_gone_when_the_command_ends()
    {
        Assert.Contains("deleted", await _kubectl.RunAsync("delete we ratings-vm -n bookinfo", Cancel), StringComparison.Ordinal);
        var (code, _, error) = await _kubectl.TryAsync("get we ratings-vm -n bookinfo", Cancel);

        Assert.Equal(1, code);
        Assert.Contains("workloadentries.networking.istio.io \"ratings-vm\" not found", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_kind_that_a_client_defines_is_served()
    {
        await _kubectl.RunAsync("apply -f -", Cancel, """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: boats.harbour.example}
            spec:
              group: harbour.example
              scope: Namespaced
              names: {kind: Boat, plural: boats, singular: boat}
              versions:
              - name: v1
                served: true
                storage: true
                additionalPrinterColumns: [{name: Sails, type: integer, jsonPath: .spec.sails}]
                schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {sails: {type: integer, default: 2}}}}}}
            """);
        await _kubectl.RunAsync("wait crd/boats.harbour.example --for=condition=Established --timeout=30s", Cancel);
        await _kubectl.RunAsync("apply -f -", Cancel, "---\n{apiVersion: harbour.example/v1, kind: Boat, metadata: {name: anna}, spec: {}}");

        Assert.Matches(@"NAME +SAILS\nanna +2\n", await _kubectl.RunAsync("get boats", Cancel));
        await _kubectl.RunAsync("delete crd boats.harbour.example", Cancel);
        Assert.NotEqual(0, (await _kubectl.TryAsync("get --raw /apis/harbour.example/v1/boats", Cancel)).Code);
    }

    [Fact(Timeout = 120_000)]
    public async Task Api_resources_and_explain_describe_the_kinds()
    {
        Assert.Matches(@"workloadentries +we +networking.istio.io/v1 +true +WorkloadEntry", await _kubectl.RunAsync("api-resources", Cancel));
        Assert.Contains("serviceAccount\t<string>", await _kubectl.RunAsync("explain workloadentry.spec", Cancel), StringComparison.Ordinal);
        Assert.Contains("v1.32.0", await _kubectl.RunAsync("version", Cancel), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Dry_run_on_the_server_changes_nothing()
    {
        await _kubectl.RunAsync("apply --dry-run=server -f -", Cancel, GuideObjects);
        await _kubectl.RunAsync("delete we ratings-vm -n bookinfo --dry-run=server", Cancel);

        Assert.Equal("ratings-vm", await _kubectl.RunAsync("get we -n bookinfo -o 'jsonpath={.items[*].metadata.name}'", Cancel));
    }
}
