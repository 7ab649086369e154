using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Tests.Mesh;

/// <summary>What the API refuses keeps its class; what is not there is told in Istio's words.</summary>
public sealed class ApiFailures
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly ResourceKind<WebhookConfigurationObject> Definitions = IstioKinds.Webhooks with
    {
        Group = "apiextensions.k8s.io", Plural = "customresourcedefinitions", Kind = "CustomResourceDefinition",
    };

    [Fact(Timeout = 60_000)]
    public async Task A_refused_read_names_verb_and_resource()
    {
        await using var cluster = await TestCluster.StartAsUserAsync("nobody", Cancellation, TestCluster.GuideYaml());

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => cluster.ReadAsync(Cancellation));

        Assert.Equal(KubernetesFailure.Forbidden, refused.Failure);
        Assert.Matches("(get|list).*(workloadentries|configmaps|namespaces|services)", refused.Message);
    }

    [Fact(Timeout = 60_000)]
    public async Task Rights_to_known_names_alone_are_enough()
    {
        const string rights = """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: minimal}
            rules:
            - {apiGroups: [networking.istio.io], resources: [workloadentries], verbs: [get]}
            - {apiGroups: [""], resources: [configmaps], verbs: [get], resourceNames: [istio, istio-sidecar-injector, istio-ca-root-cert]}
            - {apiGroups: [""], resources: [services], verbs: [get], resourceNames: [istio-eastwestgateway, istio-ingressgateway]}
            - {apiGroups: [""], resources: [namespaces], verbs: [get], resourceNames: [istio-system]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: minimal}
            roleRef: {kind: ClusterRole, name: minimal}
            subjects: [{kind: User, name: minimal}]
            """;
        await using var cluster = await TestCluster.StartAsUserAsync("minimal", Cancellation, TestCluster.GuideYaml(), rights);

        var (workload, mesh) = await cluster.ReadAsync(Cancellation);

        Assert.Equal("203.0.113.7", mesh.Gateway!.Host);
        Assert.Null(workload.Sidecar);
        Assert.Contains(workload.Warnings, w => w.What.Contains("may not be listed", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task E38_A_system_namespace_that_may_not_be_read_is_a_warning()
    {
        const string rights = """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: most}
            rules:
            - {apiGroups: [networking.istio.io], resources: ["*"], verbs: [get, list]}
            - {apiGroups: [""], resources: [configmaps, services, serviceaccounts], verbs: [get, list]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: most}
            roleRef: {kind: ClusterRole, name: most}
            subjects: [{kind: User, name: most}]
            """;
        await using var cluster = await TestCluster.StartAsUserAsync("most", Cancellation, TestCluster.GuideYaml(), rights);

        var (_, mesh) = await cluster.ReadAsync(Cancellation);

        Assert.Contains(mesh.Warnings, w => w.Where == "Namespace istio-system");
        Assert.Equal("", mesh.ClusterNetwork);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cluster_without_the_custom_resources_has_no_istio()
    {
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml());
        await foreach (var definition in cluster.Client.ListAsync(Definitions, null, ListOptions.All, Cancellation))
        {
            if (definition.Metadata.Name!.EndsWith(".networking.istio.io", StringComparison.Ordinal)) await cluster.Client.DeleteAsync(Definitions, null, definition.Metadata.Name, Cancellation);
        }

        var problem = Assert.Single(await cluster.RefusedAsync(Cancellation));

        Assert.Contains("Istio is not installed", problem.What, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task E2_An_absent_service_account_is_told_before_any_token_is_asked_for()
    {
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml("ServiceAccount bookinfo-ratings"));

        var problem = Assert.Single(await cluster.RefusedAsync(Cancellation));

        Assert.Contains("service account bookinfo-ratings does not exist in namespace bookinfo", problem.What, StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Server.Log.Entries, e => e.Path.Contains("token", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_dry_run_asks_for_no_token_and_writes_nothing()
    {
        await using var cluster = await TestCluster.StartAsync(Cancellation, TestCluster.GuideYaml());

        await cluster.ReadAsync(Cancellation);

        Assert.All(cluster.Server.Log.Entries, e => Assert.Contains(e.Verb, new[] { "get", "list", "GET" }));
    }
}
