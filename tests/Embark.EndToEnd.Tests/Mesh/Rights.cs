using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>Every command works with exactly the rights that docs/rights.md gives, and says which one it lacks.</summary>
public sealed partial class Rights(World world) : IClassFixture<World>
{
    [Fact(Timeout = 300_000)]
    public async Task Documented_rights_are_enough()
    {
        world.Need();
        var kubeconfig = await KubeconfigAsync("just-enough", _ => true);
        foreach (var command in new[]
        {
            "join ratings-vm.bookinfo --dry-run", "join ratings-vm.bookinfo --no-proof", "x sidecar-bootstrap ratings-vm.bookinfo --start-istio-proxy",
            "join -l app=ratings -n bookinfo --dry-run", "check ratings-vm.bookinfo", "firewall ratings-vm.bookinfo", "trust ratings-vm.bookinfo", "leave ratings-vm.bookinfo --dry-run", "leave ratings-vm.bookinfo",
        })
            (await world.EmbarkAsync([.. command.Split(' '), "--kubeconfig", kubeconfig])).ShouldEndWith(0);
    }

    [Fact(Timeout = 180_000)]
    public async Task Documented_rights_show_every_name()
    {
        world.Need();
        var run = await world.EmbarkAsync("hosts", "ratings-vm.bookinfo", "--kubeconfig", await KubeconfigAsync("just-names", _ => true));

        run.ShouldEndWith(0);
        Assert.Contains("127.0.0.2 reviews.bookinfo.svc ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("may not be listed", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task Documented_rights_reach_the_controller()
    {
        world.Need();
        var run = await world.EmbarkAsync("topology", "--kubeconfig", await KubeconfigAsync("just-looking", _ => true));

        // Here is none: who may ask is told so.
        run.ShouldEndWith(5);
        Assert.Contains("no controller was found", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task Dry_run_needs_no_right_to_tokens()
    {
        world.Need();
        var kubeconfig = await KubeconfigAsync("no-tokens", rule => !rule.ToJsonString().Contains("serviceaccounts/token", StringComparison.Ordinal));

        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--dry-run", "--kubeconfig", kubeconfig)).ShouldEndWith(0);
    }

    [Theory(Timeout = 180_000)]
    [InlineData("workloadentries")]
    [InlineData("configmaps")]
    [InlineData("serviceaccounts/token")]
    public async Task Missing_right_is_named(string resource)
    {
        world.Need();
        await world.CleanAsync();
        var kubeconfig = await KubeconfigAsync($"without-{resource.Replace('/', '-')}", rule => !rule["resources"]!.AsArray().Any(name => (string?)name == resource));

        var run = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--kubeconfig", kubeconfig);

        run.ShouldEndWith(3);
        Assert.Contains(resource, run.Error, StringComparison.Ordinal);
    }

    // A user of that name with the rules of the page that the filter lets through.
    private async Task<string> KubeconfigAsync(string user, Func<JsonNode, bool> filter)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "rights.md"));
        foreach (var role in YamlText.ParseDocuments(YamlBlock().Match(page).Groups["yaml"].Value))
        {
            var metadata = role["metadata"]!.AsObject();
            metadata["name"] = user;
            role["rules"] = new JsonArray([.. role["rules"]!.AsArray().Where(rule => filter(rule!)).Select(rule => rule!.DeepClone())]);
            var kind = (string)role["kind"]!;
            var binding = new JsonObject
            {
                ["apiVersion"] = (string?)role["apiVersion"],
                ["kind"] = kind + "Binding",
                ["metadata"] = metadata.DeepClone(),
                ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = kind, ["name"] = user },
                ["subjects"] = new JsonArray(new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "User", ["name"] = user }),
            };
            world.Api.Operations.Load(role);
            world.Api.Operations.Load(binding);
        }
        var file = Path.Combine(world.Home, user);
        await File.WriteAllTextAsync(file, world.Api.KubeconfigFor(user));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Embark.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not in a checkout");
        return folder;
    }

    [GeneratedRegex("```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
