using System.Text;
using System.Text.Json.Nodes;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer;

/// <summary>
/// The sandbox's mesh as objects: Bookinfo with pods on 10.4.0.0/24, a VM gateway at 10.4.100.1, the guide's WorkloadEntry with the
/// VM at 10.128.0.2, Istio's ConfigMaps, and a root certificate made for this run.
/// </summary>
/// <param name="Objects">In the order they can be loaded.</param>
/// <param name="RootCertificatePem">The mesh root, as in every <c>istio-ca-root-cert</c>.</param>
internal sealed record SandboxObjects(IReadOnlyList<JsonObject> Objects, string RootCertificatePem)
{
    public static SandboxObjects Make(TimeProvider clock, VmGateway gateway, bool sending)
    {
        var (certificate, key) = MeshAuthority.NewRoot("cluster.local", clock);
        var objects = EmbeddedYaml.Read("cluster/mesh.yaml").ToList();
        if (gateway == VmGateway.Given)
            objects.AddRange(EmbeddedYaml.Read("cluster/gateway.yaml"));
        if (gateway == VmGateway.Asked)
            objects.Single(one => one.Text("kind") == "ControlPlane").Ensure("spec")["meshExpansion"] = new JsonObject();
        if (sending)
            SendingMesh.Make(objects.Single(one => one.Text("kind") == "ConfigMap" && one.Text("metadata", "name") == "istio"));
        return new([.. objects, RootSecret(certificate, key)], certificate);
    }

    /// <summary>What istiod writes into every namespace.</summary>
    public static JsonObject RootCertificate(string @namespace, string pem) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject
        {
            ["name"] = "istio-ca-root-cert",
            ["namespace"] = @namespace,
            ["labels"] = new JsonObject { ["istio.io/config"] = "true" },
        },
        ["data"] = new JsonObject { ["root-cert.pem"] = pem },
    };

    private static JsonObject RootSecret(string certificate, string key) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = "istio-ca-secret", ["namespace"] = "istio-system" },
        ["type"] = "istio.io/ca-root",
        ["data"] = new JsonObject
        {
            ["ca-cert.pem"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate)),
            ["ca-key.pem"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(key)),
            ["cert-chain.pem"] = "",
            ["key.pem"] = "",
            ["root-cert.pem"] = "",
        },
    };
}
