using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.Istiod.Discovery.Serving;
using Embark.Sandbox.Pods;

namespace Embark.Sandbox.Gateway;

/// <summary>A Deployment of a gateway, as far as the sandbox runs it: one pod, made as the Deployment's own controller and the injector make it.</summary>
internal sealed record GatewayDeployment(JsonObject Value)
{
    public static ResourceKind<JsonObject> Kind { get; } = new("apps", "v1", "deployments", "Deployment", MeshKinds.Pods.Json);

    public string Namespace => Value.Text("metadata", "namespace")!;

    public string Name => Value.Text("metadata", "name")!;

    public string PodName => $"{Name}-0";

    /// <summary>True when the injector would make a router of its pods.</summary>
    public bool IsGateway => Value.Text("spec", "template", "metadata", "annotations", "inject.istio.io/templates") == "gateway" && Value.Number("spec", "replicas") is not 0;

    /// <summary>What a change of it makes a new pod for.</summary>
    public string Template => Value.At("spec", "template")?.ToJsonString() ?? "";

    private string Account => Value.Text("spec", "template", "spec", "serviceAccountName") ?? "default";

    private JsonObject Labels => Value.Object("spec", "template", "metadata", "labels") ?? [];

    public PodSpec PodAt(string address) => new(Namespace, PodName, Account, address, Labels.ToDictionary(label => label.Key, label => label.Value?.GetValue<string>() ?? ""));

    public JsonObject Pod() => new()
    {
        ["metadata"] = Metadata(PodName, Labels),
        ["spec"] = new JsonObject
        {
            ["nodeName"] = "node-1",
            ["serviceAccountName"] = Account,
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "istio-proxy", ["image"] = "docker.io/istio/proxyv2:1.30.3", ["ports"] = Ports("containerPort") }),
        },
    };

    public static JsonObject PodStatus(string address) => new()
    {
        ["phase"] = "Running",
        ["podIP"] = address,
        ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address }),
        ["hostIP"] = "10.4.0.1",
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
    };

    /// <summary>Endpoints of the Service of the Deployment's name.</summary>
    public JsonObject Slice(string address) => new()
    {
        ["metadata"] = Metadata($"{Name}-x", new() { ["kubernetes.io/service-name"] = Name }),
        ["addressType"] = "IPv4",
        ["endpoints"] = new JsonArray(new JsonObject
        {
            ["addresses"] = new JsonArray(address),
            ["conditions"] = new JsonObject { ["ready"] = true, ["serving"] = true },
            ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["name"] = PodName, ["namespace"] = Namespace },
            ["nodeName"] = "node-1",
        }),
        ["ports"] = Ports("port"),
    };

    public static JsonObject Status(int available) => new()
    {
        ["replicas"] = 1, ["updatedReplicas"] = 1, ["readyReplicas"] = available, ["availableReplicas"] = available,
    };

    private JsonArray Ports(string number) =>
    [
        .. Value.Items("spec", "template", "spec", "containers").SelectMany(container => container.Items("ports")).Select(port => (JsonNode)new JsonObject
        {
            ["name"] = port.Text("name"), [number] = port.Number("containerPort"), ["protocol"] = "TCP",
        }),
    ];

    private JsonObject Metadata(string name, JsonObject labels) => new()
    {
        ["name"] = name,
        ["namespace"] = Namespace,
        ["labels"] = labels.DeepClone(),
        // With the Deployment its pod goes as well.
        ["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = Name, ["uid"] = Value.Text("metadata", "uid"), ["controller"] = true,
        }),
    };
}
