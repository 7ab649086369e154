using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>
/// OpenAPI as far as kubectl needs it: which kinds take fieldValidation and dryRun (then the server validates), and the
/// fields of custom kinds for <c>kubectl explain</c>. Built-in kinds are described as objects of unknown shape.
/// </summary>
internal sealed class OpenApi(ApiCatalog catalog)
{
    public JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var (group, version) in catalog.All.SelectMany(resource => resource.Versions.Select(version => (resource.Group, version))).Distinct())
        {
            var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}" };
        }
        return new() { ["paths"] = paths };
    }

    public JsonObject? Document(string group, string version)
    {
        var resources = catalog.All.Where(resource => resource.Group == group && resource.Versions.Contains(version)).ToArray();
        if (resources.Length == 0)
            return null;
        var paths = new JsonObject();
        var schemas = new JsonObject();
        foreach (var resource in resources)
        {
            schemas[SchemaName(resource, version)] = Schema(resource, version);
            if (resource.IsQuestion)
                continue;
            var root = (group.Length == 0 ? $"/api/{version}/" : $"/apis/{group}/{version}/") + (resource.Namespaced ? "namespaces/{namespace}/" : "") + resource.Plural;
            paths[root] = new JsonObject { ["get"] = Operation(resource, version, "list"), ["post"] = Operation(resource, version, "post") };
            paths[root + "/{name}"] = new JsonObject
            {
                ["get"] = Operation(resource, version, "get"),
                ["put"] = Operation(resource, version, "put"),
                ["patch"] = Operation(resource, version, "patch"),
            };
        }
        return new()
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.32.0" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    /// <summary>The older single document: names and kinds only.</summary>
    public JsonObject Version2()
    {
        var definitions = new JsonObject();
        foreach (var resource in catalog.All)
            foreach (var version in resource.Versions)
                definitions[SchemaName(resource, version)] = Schema(resource, version);
        return new()
        {
            ["swagger"] = "2.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.32.0" },
            ["paths"] = new JsonObject(),
            ["definitions"] = definitions,
        };
    }

    private static JsonObject Operation(ApiResource resource, string version, string action)
    {
        string[] parameters = action is "get" or "list" ? [] : ["dryRun", "fieldManager", "fieldValidation", .. (string[])(action == "patch" ? ["force"] : [])];
        var reference = new JsonObject { ["$ref"] = $"#/components/schemas/{SchemaName(resource, version)}" };
        return new()
        {
            ["operationId"] = $"{action}{version}{resource.Kind}",
            ["parameters"] = JsonText.ArrayOf(parameters.Select(name => (JsonNode?)new JsonObject
            {
                ["name"] = name,
                ["in"] = "query",
                ["schema"] = new JsonObject { ["type"] = name == "force" ? "boolean" : "string", ["uniqueItems"] = true },
            })),
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject
                {
                    ["description"] = "OK",
                    ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = reference } },
                },
            },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = Kind(resource, version),
        };
    }

    private static JsonObject Schema(ApiResource resource, string version)
    {
        var schema = resource.Schema?.Copy() ?? new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
        var properties = schema.Ensure("properties");
        properties.Default("apiVersion", new JsonObject { ["type"] = "string" });
        properties.Default("kind", new JsonObject { ["type"] = "string" });
        properties.Default("metadata", new JsonObject { ["type"] = "object" });
        schema["x-kubernetes-group-version-kind"] = new JsonArray(Kind(resource, version));
        return schema;
    }

    private static JsonObject Kind(ApiResource resource, string version) =>
        new() { ["group"] = resource.Group, ["version"] = version, ["kind"] = resource.Kind };

    // Group names are written backwards, as kube-apiserver names custom kinds: io.istio.networking.v1.WorkloadEntry.
    private static string SchemaName(ApiResource resource, string version) => resource.Group.Length == 0
        ? $"io.k8s.api.core.{version}.{resource.Kind}"
        : $"{string.Join('.', resource.Group.Split('.').Reverse())}.{version}.{resource.Kind}";
}
