using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Operations;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer;

/// <summary>Fills a new API server: custom kinds, what every cluster has, the mesh, and what the user adds.</summary>
internal static class ClusterStart
{
    public static void Load(ObjectOperations operations, string authorityPem, ApiServerOptions options)
    {
        var mesh = options.WithMesh ? SandboxObjects.Make(options.Clock, options.Gateway, options.Sending) : null;
        operations.NewNamespace = @namespace =>
        [
            .. ObjectsOfNamespace(@namespace, authorityPem),
            .. mesh is null ? (IEnumerable<JsonObject>)[] : [SandboxObjects.RootCertificate(@namespace, mesh.RootCertificatePem)],
        ];
        foreach (var value in CustomResources.Embedded())
            operations.Load(value);
        foreach (var value in EmbeddedYaml.Read("cluster/base.yaml"))
            operations.Load(value);
        foreach (var value in mesh?.Objects ?? [])
            operations.Load(value);
        foreach (var value in options.Yaml.SelectMany(YamlText.ParseDocuments))
            operations.Load(value);
    }

    // In a real cluster two controllers of kube-controller-manager make these.
    private static IEnumerable<JsonObject> ObjectsOfNamespace(string @namespace, string authorityPem) =>
    [
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ServiceAccount",
            ["metadata"] = new JsonObject { ["name"] = "default", ["namespace"] = @namespace },
        },
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject { ["name"] = "kube-root-ca.crt", ["namespace"] = @namespace },
            ["data"] = new JsonObject { ["ca.crt"] = authorityPem },
        },
    ];
}
