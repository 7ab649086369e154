using System.Text.Json.Nodes;

namespace Embark.Expansion;

/// <summary>The gateway itself: account, Deployment and Service.</summary>
internal static class GatewayWorkload
{
    private const string Name = ExpansionManifests.Gateway;

    public static IEnumerable<Manifest> For(ExpansionSpec spec, ExpansionSurroundings around)
    {
        var @namespace = around.SystemNamespace;
        yield return Manifest.Make(Manifest.ServiceAccounts, @namespace, Name, ExpansionManifests.Metadata(around, Name), []);
        yield return Manifest.Make(Manifest.Deployments, @namespace, Name, Labelled(around), Deployment(spec, around));
        yield return Manifest.Make(Manifest.Services, @namespace, Name, Annotated(Labelled(around), spec), Service(spec));
    }

    /// <summary>Labels that Gateways select pods by; also those of the pods, which can never change (a Deployment's selector is immutable).</summary>
    public static JsonObject Selector() => new() { ["app"] = Name, ["istio"] = Name };

    /// <summary>By the network label istiod learns that the Service leads to the cluster's network (protocols 4.4).</summary>
    private static JsonObject Labelled(ExpansionSurroundings around) =>
        ExpansionManifests.Metadata(around, Name, ("istio", Name), (ExpansionManifests.NetworkLabel, around.Network));

    private static JsonObject Annotated(JsonObject metadata, ExpansionSpec spec)
    {
        if (spec.ServiceAnnotations.Count > 0)
            metadata["annotations"] = new JsonObject(spec.ServiceAnnotations.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value)));
        return metadata;
    }

    private static JsonObject Service(ExpansionSpec spec) => new()
    {
        ["spec"] = new JsonObject
        {
            ["type"] = spec.ServiceType,
            ["selector"] = Selector(),
            // Without a target port istiod makes a listener 0.0.0.0_0 (protocols 7).
            ["ports"] = new JsonArray([.. GatewayPort.All.Select(port => new JsonObject
            {
                ["name"] = port.Name, ["port"] = port.Number, ["targetPort"] = port.Number, ["protocol"] = "TCP",
            })]),
        },
    };

    private static JsonObject Deployment(ExpansionSpec spec, ExpansionSurroundings around)
    {
        var labels = Selector();
        labels[ExpansionManifests.NetworkLabel] = around.Network;
        labels["sidecar.istio.io/inject"] = "true";
        if (around.Revision is { } revision) labels["istio.io/rev"] = revision;
        var deployment = new JsonObject
        {
            ["selector"] = new JsonObject { ["matchLabels"] = Selector() },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["labels"] = labels,
                    ["annotations"] = new JsonObject { ["inject.istio.io/templates"] = "gateway" },
                },
                ["spec"] = new JsonObject { ["serviceAccountName"] = Name, ["containers"] = new JsonArray(Proxy(around)) },
            },
        };
        if (spec.Replicas is { } replicas) deployment["replicas"] = replicas;
        return new() { ["spec"] = deployment };
    }

    /// <summary>The injector fills in the rest: image <c>auto</c> is its word for the mesh's own proxy image.</summary>
    private static JsonObject Proxy(ExpansionSurroundings around) => new()
    {
        ["name"] = "istio-proxy",
        ["image"] = "auto",
        // Only endpoints of the cluster's own network, so that no gateway is reached through another (protocols 4.1).
        ["env"] = new JsonArray(new JsonObject { ["name"] = "ISTIO_META_REQUESTED_NETWORK_VIEW", ["value"] = around.Network }),
        ["ports"] = new JsonArray([.. GatewayPort.All.Select(port => new JsonObject { ["name"] = port.Name, ["containerPort"] = port.Number, ["protocol"] = "TCP" })]),
        ["resources"] = new JsonObject
        {
            ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "128Mi" },
            ["limits"] = new JsonObject { ["memory"] = "1Gi" },
        },
        ["securityContext"] = new JsonObject
        {
            ["allowPrivilegeEscalation"] = false,
            ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
            ["privileged"] = false,
            ["readOnlyRootFilesystem"] = true,
            ["runAsUser"] = 1337,
            ["runAsGroup"] = 1337,
            ["runAsNonRoot"] = true,
            ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
        },
    };
}
