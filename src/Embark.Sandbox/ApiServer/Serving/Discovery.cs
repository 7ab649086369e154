using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>Tells clients which groups, versions and resources there are, one by one or all at once.</summary>
internal sealed class Discovery(ApiCatalog catalog)
{
    public const string AggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    public static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "32",
        ["gitVersion"] = "v1.32.0+embark",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "",
        ["platform"] = "linux/amd64",
    };

    public static JsonObject CoreVersions(Uri server) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = server.Authority }),
    };

    public JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = JsonText.ArrayOf(Named().Select(group => (JsonNode?)Group(group.Key, group))),
    };

    public JsonObject? Group(string name)
    {
        var resources = Named().FirstOrDefault(group => group.Key == name);
        if (resources is null)
            return null;
        var group = Group(name, resources);
        (group["kind"], group["apiVersion"]) = ("APIGroup", "v1");
        return group;
    }

    public JsonObject? Resources(string group, string version)
    {
        var resources = catalog.All.Where(resource => resource.Group == group && resource.Versions.Contains(version)).ToArray();
        return resources.Length == 0 ? null : new()
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = resources[0].ApiVersion(version),
            ["resources"] = JsonText.ArrayOf(resources.SelectMany(Rows)),
        };
    }

    public JsonObject Aggregated(bool core) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = "apidiscovery.k8s.io/v2",
        ["metadata"] = new JsonObject(),
        ["items"] = JsonText.ArrayOf(catalog.All.Where(resource => resource.Group.Length == 0 == core).GroupBy(resource => resource.Group)
            .Select(group => (JsonNode?)new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = group.Key, ["creationTimestamp"] = null },
                ["versions"] = JsonText.ArrayOf(Versions(group).Select(version => (JsonNode?)new JsonObject
                {
                    ["version"] = version,
                    ["resources"] = JsonText.ArrayOf(group.Where(resource => resource.Versions.Contains(version)).Select(resource => Describe(resource, version))),
                    ["freshness"] = "Current",
                })),
            })),
    };

    private IEnumerable<IGrouping<string, ApiResource>> Named() => catalog.All.Where(resource => resource.Group.Length > 0).GroupBy(resource => resource.Group);

    private static string[] Versions(IEnumerable<ApiResource> resources) => [.. resources.OrderByDescending(resource => resource.Versions.Count).SelectMany(resource => resource.Versions).Distinct()];

    private static JsonObject Group(string name, IEnumerable<ApiResource> resources)
    {
        var versions = Versions(resources).Select(version => new JsonObject { ["groupVersion"] = $"{name}/{version}", ["version"] = version }).ToArray();
        return new()
        {
            ["name"] = name,
            ["versions"] = JsonText.ArrayOf(versions),
            ["preferredVersion"] = versions[0].DeepClone(),
        };
    }

    private static IEnumerable<JsonNode?> Rows(ApiResource resource)
    {
        var row = Row(resource, resource.Plural, resource.Kind, resource.Verbs);
        if (resource.ShortNames.Count > 0)
            row["shortNames"] = JsonText.ArrayOf(resource.ShortNames);
        if (resource.Categories.Count > 0)
            row["categories"] = JsonText.ArrayOf(resource.Categories);
        yield return row;
        foreach (var (name, kind, group, verbs) in Subresources(resource))
        {
            var sub = Row(resource, $"{resource.Plural}/{name}", kind, verbs);
            sub["singularName"] = "";
            if (group is not null)
                (sub["group"], sub["version"]) = (group, "v1");
            yield return sub;
        }
    }

    private static JsonObject Row(ApiResource resource, string name, string kind, IEnumerable<string> verbs) => new()
    {
        ["name"] = name,
        ["singularName"] = resource.Singular,
        ["namespaced"] = resource.Namespaced,
        ["kind"] = kind,
        ["verbs"] = JsonText.ArrayOf(verbs),
    };

    private static JsonObject Describe(ApiResource resource, string version)
    {
        var described = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = new JsonObject { ["group"] = resource.Group, ["version"] = version, ["kind"] = resource.Kind },
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = JsonText.ArrayOf(resource.Verbs),
            ["shortNames"] = JsonText.ArrayOf(resource.ShortNames),
            ["categories"] = JsonText.ArrayOf(resource.Categories),
        };
        var subresources = Subresources(resource).Select(sub => (JsonNode?)new JsonObject
        {
            ["subresource"] = sub.Name,
            ["responseKind"] = new JsonObject { ["group"] = sub.Group ?? resource.Group, ["version"] = sub.Group is null ? version : "v1", ["kind"] = sub.Kind },
            ["verbs"] = JsonText.ArrayOf(sub.Verbs),
        }).ToArray();
        if (subresources.Length > 0)
            described["subresources"] = JsonText.ArrayOf(subresources);
        return described;
    }

    private static IEnumerable<(string Name, string Kind, string? Group, string[] Verbs)> Subresources(ApiResource resource)
    {
        if (resource.HasStatus)
            yield return ("status", resource.Kind, null, ["get", "patch", "update"]);
        if (resource.Id == BuiltInResources.ServiceAccounts)
            yield return ("token", "TokenRequest", "authentication.k8s.io", ["create"]);
    }
}
