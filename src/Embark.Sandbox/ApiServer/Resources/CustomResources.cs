using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Resources;

/// <summary>CustomResourceDefinitions as resources. Versions of one kind share their schema here, as Istio's do: no conversion.</summary>
internal static class CustomResources
{
    private const string Prefix = "crds/";

    public static ApiResource? ToResource(JsonObject definition)
    {
        var versions = definition.Items("spec", "versions").OfType<JsonObject>().Where(version => version.Flag("served")).ToArray();
        if (versions.Length == 0 || definition.Text("spec", "names", "plural") is not { } plural || definition.Text("spec", "names", "kind") is not { } kind)
            return null;
        var main = versions.FirstOrDefault(version => version.Flag("storage")) ?? versions[0];
        return new()
        {
            Group = definition.Text("spec", "group") ?? "",
            Versions = [.. versions.Select(version => version.Text("name")!).OrderByDescending(VersionRank)],
            Plural = plural,
            Kind = kind,
            Singular = definition.Text("spec", "names", "singular") ?? kind.ToLowerInvariant(),
            ShortNames = [.. definition.Texts("spec", "names", "shortNames")],
            Categories = [.. definition.Texts("spec", "names", "categories")],
            Namespaced = definition.Text("spec", "scope") == "Namespaced",
            HasStatus = main.At("subresources", "status") is not null,
            HasGeneration = true,
            IsCustom = true,
            Schema = main.Object("schema", "openAPIV3Schema"),
            PrinterColumns = main.At("additionalPrinterColumns") as JsonArray,
        };
    }

    /// <summary>Istio's definitions of 1.30 and the guide's ControlPlane, as objects of apiextensions.k8s.io/v1.</summary>
    public static IEnumerable<JsonObject> Embedded()
    {
        var assembly = typeof(CustomResources).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            yield return Expand(JsonText.ParseObject(copy.ToArray()));
        }
    }

    // The files hold what differs between kinds; every version repeats the same schema.
    private static JsonObject Expand(JsonObject compact) => new()
    {
        ["apiVersion"] = "apiextensions.k8s.io/v1",
        ["kind"] = "CustomResourceDefinition",
        ["metadata"] = new JsonObject { ["name"] = compact.Text("name"), ["labels"] = compact["labels"]!.DeepClone() },
        ["spec"] = new JsonObject
        {
            ["group"] = compact.Text("group"),
            ["names"] = compact["names"]!.DeepClone(),
            ["scope"] = compact.Text("scope"),
            ["versions"] = JsonText.ArrayOf(compact.Items("versions").Select(version => (JsonNode?)new JsonObject
            {
                ["name"] = version.Text("name"),
                ["served"] = true,
                ["storage"] = version.Flag("storage"),
                ["schema"] = new JsonObject { ["openAPIV3Schema"] = compact["schema"]!.DeepClone() },
                ["subresources"] = compact["subresources"]!.DeepClone(),
                ["additionalPrinterColumns"] = compact["additionalPrinterColumns"]!.DeepClone(),
            })),
        },
    };

    // Order of preference: v2, v1, v1beta2, v1beta1, v1alpha3 ... (k8s.io/apimachinery pkg/version/helpers.go).
    private static (int Stability, int Major, int Minor) VersionRank(string version)
    {
        var stability = version.Contains("alpha", StringComparison.Ordinal) ? 0 : version.Contains("beta", StringComparison.Ordinal) ? 1 : 2;
        var numbers = version.TrimStart('v').Split(["alpha", "beta"], StringSplitOptions.None);
        return (stability, Number(numbers[0]), numbers.Length > 1 ? Number(numbers[1]) : 0);

        static int Number(string text) => int.TryParse(text, out var number) ? number : 0;
    }
}
