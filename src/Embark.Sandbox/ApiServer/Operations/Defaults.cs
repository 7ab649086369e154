using System.Text;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Operations;

/// <summary>Fills in what a real API server fills in and programs rely on. Source: k8s.io/kubernetes pkg/apis/*/v1/defaults.go.</summary>
internal sealed class Defaults(ClusterAddresses addresses)
{
    public void Apply(ApiResource resource, JsonObject value, JsonObject? previous)
    {
        switch (resource.Group, resource.Plural)
        {
            case ("", "namespaces"):
                value.Metadata.Ensure("labels")["kubernetes.io/metadata.name"] = value.Name;
                value.Ensure("spec").Default("finalizers", new JsonArray("kubernetes"));
                value.Ensure("status").Default("phase", "Active");
                break;
            case ("", "services"):
                Service(value.Ensure("spec"), previous.Object("spec"));
                value.Ensure("status").Default("loadBalancer", new JsonObject());
                break;
            case ("", "pods"):
                Pod(value.Ensure("spec"));
                value.Ensure("status").Default("phase", "Pending");
                value.Ensure("status").Default("qosClass", "BestEffort");
                break;
            case ("", "secrets"):
                Secret(value);
                break;
            case ("apps", "deployments" or "statefulsets" or "replicasets"):
                value.Ensure("spec").Default("replicas", 1);
                if (value.Object("spec", "template", "spec") is { } template)
                    Pod(template);
                break;
            case ("discovery.k8s.io", "endpointslices"):
                foreach (var port in value.Items("ports").OfType<JsonObject>())
                {
                    port.Default("protocol", "TCP");
                    port.Default("name", "");
                }
                break;
            case ("rbac.authorization.k8s.io", "rolebindings" or "clusterrolebindings"):
                Binding(value);
                break;
            case ("apiextensions.k8s.io", _):
                Definition(value, previous);
                break;
            default:
                break;
        }
    }

    private void Service(JsonObject spec, JsonObject? previous)
    {
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        var type = spec.Text("type");
        foreach (var port in spec.Items("ports").OfType<JsonObject>())
        {
            port.Default("protocol", "TCP");
            if (port["targetPort"] is null or JsonValue && port.Text("targetPort") is null or "" && port.Number("targetPort") is null or 0)
                port["targetPort"] = port["port"]?.DeepClone();
        }
        if (type == "ExternalName")
            return;
        if (spec.Text("clusterIP") is null or "")
            spec["clusterIP"] = previous.Text("clusterIP") ?? addresses.NextAddress();
        spec.Default("clusterIPs", new JsonArray(spec.Text("clusterIP")));
        spec.Default("ipFamilies", new JsonArray("IPv4"));
        spec.Default("ipFamilyPolicy", "SingleStack");
        spec.Default("internalTrafficPolicy", "Cluster");
        if (type is "LoadBalancer" or "NodePort")
            External(spec, previous, type);
    }

    private void External(JsonObject spec, JsonObject? previous, string type)
    {
        spec.Default("externalTrafficPolicy", "Cluster");
        if (type == "LoadBalancer")
            spec.Default("allocateLoadBalancerNodePorts", true);
        if (spec["allocateLoadBalancerNodePorts"] is not null && !spec.Flag("allocateLoadBalancerNodePorts"))
            return;
        var ports = spec.Items("ports").OfType<JsonObject>().ToArray();
        foreach (var port in ports.Where(port => port.Number("nodePort") is null or 0))
            port["nodePort"] = previous.Items("ports").FirstOrDefault(old => old.Number("port") == port.Number("port")).Number("nodePort")
                ?? addresses.NextNodePort(ports.Select(other => other.Number("nodePort")).OfType<long>());
    }

    private static void Pod(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("securityContext", new JsonObject());
        spec.Default("serviceAccountName", "default");
        spec.Default("serviceAccount", spec.Text("serviceAccountName"));
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")).OfType<JsonObject>())
        {
            var image = container.Text("image") ?? "";
            var latest = image.EndsWith(":latest", StringComparison.Ordinal) || image.LastIndexOf(':') <= image.LastIndexOf('/');
            container.Default("imagePullPolicy", latest ? "Always" : "IfNotPresent");
            container.Default("resources", new JsonObject());
            container.Default("terminationMessagePath", "/dev/termination-log");
            container.Default("terminationMessagePolicy", "File");
            foreach (var port in container.Items("ports").OfType<JsonObject>())
                port.Default("protocol", "TCP");
        }
    }

    private static void Secret(JsonObject value)
    {
        value.Default("type", "Opaque");
        if (value["stringData"] is not JsonObject texts)
            return;
        var data = value.Ensure("data");
        foreach (var (key, text) in texts)
            data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text.Text() ?? ""));
        value.Remove("stringData");
    }

    private static void Binding(JsonObject value)
    {
        if (value["roleRef"] is JsonObject role)
            role.Default("apiGroup", "rbac.authorization.k8s.io");
        foreach (var subject in value.Items("subjects").OfType<JsonObject>())
            if (subject.Text("kind") is "User" or "Group")
                subject.Default("apiGroup", "rbac.authorization.k8s.io");
    }

    private static void Definition(JsonObject value, JsonObject? previous)
    {
        var spec = value.Ensure("spec");
        spec.Default("conversion", new JsonObject { ["strategy"] = "None" });
        var names = spec.Ensure("names");
        var kind = names.Text("kind") ?? "";
        names.Default("singular", kind.ToLowerInvariant());
        names.Default("listKind", kind + "List");
        if (previous is not null)
            return;
        var since = value.Text("metadata", "creationTimestamp");
        value["status"] = new JsonObject
        {
            ["acceptedNames"] = names.DeepClone(),
            ["storedVersions"] = JsonText.ArrayOf(spec.Items("versions").Where(version => version.Flag("storage")).Select(version => version.Text("name") ?? "")),
            ["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found"), Condition("Established", "InitialNamesAccepted", "the initial names have been accepted")),
        };

        JsonObject Condition(string type, string reason, string message) =>
            new() { ["type"] = type, ["status"] = "True", ["lastTransitionTime"] = since, ["reason"] = reason, ["message"] = message };
    }
}
