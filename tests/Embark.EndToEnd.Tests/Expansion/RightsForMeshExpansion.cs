using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.EndToEnd.Tests.Expansion;

/// <summary>The rights that docs/rights.md gives to whoever enables mesh expansion are enough for all of its verbs.</summary>
public sealed partial class RightsForMeshExpansion
{
    private const string User = "embark-mesh-expansion";

    [Fact(Timeout = 180_000)]
    public async Task Documented_rights_are_enough()
    {
        var cancel = TestContext.Current.CancellationToken;
        var home = Directory.CreateTempSubdirectory("embark-rights-").FullName;
        try
        {
            await using var api = await ApiServer.StartAsync(new ApiServerOptions
            {
                Gateway = VmGateway.None,
                Yaml = ["apiVersion: v1\nkind: Namespace\nmetadata: {name: istio-system}\n"],
            }, cancel);
            foreach (var role in YamlText.ParseDocuments(await RolesAsync()))
            {
                var kind = role.Text("kind")!;
                api.Operations.Load(role);
                api.Operations.Load(new JsonObject
                {
                    ["apiVersion"] = role.Text("apiVersion"),
                    ["kind"] = kind + "Binding",
                    ["metadata"] = role["metadata"]!.DeepClone(),
                    ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = kind, ["name"] = User },
                    ["subjects"] = new JsonArray(new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "User", ["name"] = User }),
                });
            }
            var kubeconfig = Path.Combine(home, "kubeconfig");
            await File.WriteAllTextAsync(kubeconfig, api.KubeconfigFor(User), cancel);

            foreach (var command in new[] { "status", "manifests", "enable --dry-run", "enable --apply-telemetry", "enable", "status", "disable --dry-run", "disable" })
                (await EmbarkProgram.RunAsync(new Dictionary<string, string?> { ["KUBECONFIG"] = kubeconfig, ["HOME"] = home }, ["mesh-expansion", .. command.Split(' ')])).ShouldEndWith(0);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<string> RolesAsync()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Embark.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not in a checkout");
        var page = await File.ReadAllTextAsync(Path.Combine(folder, "docs", "rights.md"), TestContext.Current.CancellationToken);
        return YamlBlock().Matches(page).Select(match => match.Groups["yaml"].Value).Single(yaml => yaml.Contains(User, StringComparison.Ordinal));
    }

    [GeneratedRegex("```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
