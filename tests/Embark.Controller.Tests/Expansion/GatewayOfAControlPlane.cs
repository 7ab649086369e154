using System.Text.Json.Nodes;
using Embark.Expansion;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Controller.Tests.Expansion;

/// <summary>The controller makes what a ControlPlane asks for, takes it away again, says how far it is, and touches nothing else.</summary>
public sealed class GatewayOfAControlPlane
{
    private static readonly string[] All =
    [
        "Deployment/vmgateway", "Gateway/vmgateway", "Gateway/vmgateway-collector", "Gateway/vmgateway-istiod", "Service/embark-collector",
        "Service/vmgateway", "ServiceAccount/vmgateway", "VirtualService/vmgateway-collector", "VirtualService/vmgateway-istiod",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task Is_made_with_four_ports_and_removed_and_the_status_says_so()
    {
        await using var world = await ExpansionWorld.StartAsync();
        await using var controller = await world.ControllerAsync();
        await world.AskAsync();

        var pending = await world.ConditionAsync("Ready", "Pending");
        Assert.Contains("vmgateway", pending.Text("message"), StringComparison.Ordinal);
        await world.ConditionAsync("AddressAssigned", "Assigned");
        Assert.Equal(All, world.Made());
        var service = world.Find(BuiltInResources.Services, "vmgateway")!;
        Assert.Equal([11800, 15012, 15443, 9411], service.Items("spec", "ports").Select(port => port.Number("port")).OrderBy(port => $"{port}", StringComparer.Ordinal));
        Assert.Equal("10.4.100.1", service.Items("status", "loadBalancer", "ingress").First().Text("ip"));
        Assert.Equal("ControlPlane", service.Items("metadata", "ownerReferences").Single().Text("kind"));

        await world.PodRunsAsync();
        await world.ConditionAsync("Ready", "Ready");
        Assert.Equal("10.4.100.1", world.Find(ExpansionWorld.ControlPlanesResource, "controlplane").Text("status", "meshExpansion", "address"));

        await world.AskAsync(null);
        await world.ConditionAsync("Ready", "NotAsked");
        Assert.Empty(world.Made());
        Assert.Null(world.Find(ExpansionWorld.ControlPlanesResource, "controlplane")!["status"]!["meshExpansion"]);
        // Istio's own Service, account and the label that was there before are still there.
        Assert.NotNull(world.Find(BuiltInResources.Services, "istiod"));
        Assert.Equal("cluster-net", world.Find(BuiltInResources.Namespaces, ExpansionWorld.System, "").Text("metadata", "labels", "topology.istio.io/network"));

        var reasons = world.Api.Store.List(ExpansionWorld.Events, ExpansionWorld.System).Items.Select(item => item.Value.Text("reason")).ToList();
        Assert.Contains("Applied", reasons);
        Assert.Contains("Ready", reasons);
        Assert.Contains("Removed", reasons);
    }

    [Fact(Timeout = 180_000)]
    public async Task Takes_type_annotations_replicas_and_network_from_the_ControlPlane_and_gives_up_what_is_no_longer_said()
    {
        await using var world = await ExpansionWorld.StartAsync("""
            apiVersion: v1
            kind: Namespace
            metadata: {name: istio-system}
            """);
        await using var controller = await world.ControllerAsync();
        await world.AskAsync("""{"service": {"type": "NodePort", "annotations": {"example.com/internal": "true"}}, "replicas": 2, "network": "north"}""");
        await world.ConditionAsync("Accepted", "Applied");

        var service = world.Find(BuiltInResources.Services, "vmgateway")!;
        Assert.Equal("NodePort", service.Text("spec", "type"));
        Assert.Equal("true", service.Text("metadata", "annotations", "example.com/internal"));
        Assert.Equal("north", service.Text("metadata", "labels", "topology.istio.io/network"));
        Assert.Equal(2, world.Find(ExpansionWorld.Deployments, "vmgateway")!.Number("spec", "replicas"));
        Assert.Equal("north", Label());

        await world.AskAsync("""{"service": null, "replicas": null}""");
        await ExpansionWorld.UntilAsync("the annotation and the type are given up", () =>
            world.Find(BuiltInResources.Services, "vmgateway") is { } now && now.Text("metadata", "annotations", "example.com/internal") is null && now.Text("spec", "type") == "LoadBalancer");

        // The label was set by us, so it goes as well.
        await world.AskAsync(null);
        await world.ConditionAsync("Ready", "NotAsked");
        Assert.Null(Label());

        string? Label() => world.Find(BuiltInResources.Namespaces, ExpansionWorld.System, "").Text("metadata", "labels", "topology.istio.io/network");
    }

    [Fact(Timeout = 180_000)]
    public async Task What_is_wrong_in_the_ControlPlane_is_told_all_at_once_and_nothing_is_made()
    {
        await using var world = await ExpansionWorld.StartAsync();
        await using var controller = await world.ControllerAsync();
        await world.AskAsync("""{"service": {"type": "Balancer"}, "replicas": "three", "network": "other"}""");

        var refused = (await world.ConditionAsync("Accepted", "Refused")).Text("message")!;
        Assert.Contains("service.type", refused, StringComparison.Ordinal);
        Assert.Contains("replicas", refused, StringComparison.Ordinal);
        Assert.Contains("cluster-net", refused, StringComparison.Ordinal);
        Assert.Empty(world.Made());
    }

    [Fact(Timeout = 180_000)]
    public async Task Foreign_object_of_the_same_name_is_told_and_left_alone()
    {
        await using var world = await ExpansionWorld.StartAsync("""
            apiVersion: v1
            kind: Service
            metadata: {name: vmgateway, namespace: istio-system, labels: {app: mine}}
            spec: {selector: {app: mine}, ports: [{name: http, port: 80}]}
            """);
        var before = world.Find(BuiltInResources.Services, "vmgateway")!.ResourceVersion;
        await using var controller = await world.ControllerAsync();
        await world.AskAsync();

        var refused = await world.ConditionAsync("Accepted", "Refused");
        Assert.Contains("Service istio-system/vmgateway: exists and was not made by Embark", refused.Text("message"), StringComparison.Ordinal);
        Assert.Empty(world.Made());

        // Once it is out of the way, the gateway comes without anybody asking again.
        Assert.Equal(before, world.Find(BuiltInResources.Services, "vmgateway")!.ResourceVersion);
        Assert.True(await world.Client.DeleteAsync(CoreKinds.Services, ExpansionWorld.System, "vmgateway", Cancel));
        await world.ConditionAsync("Accepted", "Applied");
        Assert.Equal(All, world.Made());
    }

    [Fact(Timeout = 180_000)]
    public async Task Field_that_somebody_else_changed_is_told_and_not_taken_back()
    {
        await using var world = await ExpansionWorld.StartAsync();
        await using var controller = await world.ControllerAsync();
        await world.AskAsync();
        await world.ConditionAsync("Accepted", "Applied");

        await world.Client.PatchAsync(Manifest.MadeKinds.Single(kind => kind.Kind == "Service"), ExpansionWorld.System, "vmgateway",
            new JsonObject { ["spec"] = new JsonObject { ["type"] = "ClusterIP" } }, Cancel);
        var refused = await world.ConditionAsync("Accepted", "Refused");
        Assert.Contains(".spec.type", refused.Text("message"), StringComparison.Ordinal);
        Assert.Equal("ClusterIP", world.Find(BuiltInResources.Services, "vmgateway").Text("spec", "type"));
    }

    [Fact(Timeout = 180_000)]
    public async Task What_is_deleted_by_hand_comes_back()
    {
        await using var world = await ExpansionWorld.StartAsync();
        await using var controller = await world.ControllerAsync();
        await world.AskAsync();
        await world.ConditionAsync("Accepted", "Applied");

        await world.Client.DeleteAsync(CoreKinds.Services, ExpansionWorld.System, "embark-collector", Cancel);
        await ExpansionWorld.UntilAsync("the Service is there again", () => world.Made().SequenceEqual(All));
    }

    [Fact(Timeout = 180_000)]
    public async Task Second_ControlPlane_is_told_who_has_the_gateway_and_inherits_it()
    {
        await using var world = await ExpansionWorld.StartAsync();
        await using var controller = await world.ControllerAsync();
        await world.AskAsync();
        await world.ConditionAsync("Accepted", "Applied");
        await world.Client.CreateAsync(ControlPlane.Kind, ExpansionWorld.System,
            new ControlPlane(new ObjectMeta { Name = "second", Namespace = ExpansionWorld.System }, new JsonObject { ["meshExpansion"] = new JsonObject() }, null), Cancel);

        var told = await world.ConditionAsync("Accepted", "AnotherAsks", "second");
        Assert.Contains("controlplane", told.Text("message"), StringComparison.Ordinal);

        await world.AskAsync(null);
        await world.ConditionAsync("Ready", "NotAsked");
        await world.ConditionAsync("Accepted", "Applied", "second");
        Assert.Equal(All, world.Made());
        Assert.Equal("second", world.Find(BuiltInResources.Services, "vmgateway").Items("metadata", "ownerReferences").Single().Text("name"));
    }

    [Fact(Timeout = 180_000)]
    public async Task Deleted_ControlPlane_takes_its_gateway_along_and_nothing_that_was_applied_by_hand()
    {
        await using var world = await ExpansionWorld.StartAsync();
        await world.Client.CreateAsync(Manifest.MadeKinds.Single(kind => kind.Kind == "Gateway"), ExpansionWorld.System, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "by-hand", ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "embark" } },
            ["spec"] = new JsonObject(),
        }, Cancel);
        await using var controller = await world.ControllerAsync();
        await world.AskAsync();
        await world.ConditionAsync("Accepted", "Applied");

        await world.Client.DeleteAsync(ControlPlane.Kind, ExpansionWorld.System, "controlplane", Cancel);
        await ExpansionWorld.UntilAsync("the gateway is gone", () => world.Made() is ["Gateway/by-hand"]);
    }
}
