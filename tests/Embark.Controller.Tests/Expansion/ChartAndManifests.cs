using System.Text.RegularExpressions;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Controller.Tests.Expansion;

/// <summary>The chart, and the plain manifests made from it: they agree, the API takes them, and the rights in them are enough.</summary>
public sealed partial class ChartAndManifests
{
    private const string Chart = "deploy/helm/embark-controller";

    private static string Plain => Path.Combine(Checkout.Root, "deploy", "embark-controller.yaml");

    [Fact(Timeout = 30_000)]
    public async Task Plain_manifests_are_the_templates_with_the_values_in_place()
    {
        var values = YamlText.ParseDocuments(Checkout.Read(Chart, "values.yaml")).Single();
        string[] files = [.. new[] { "crds", "templates" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Checkout.Root, Chart, folder)).Order(StringComparer.Ordinal))];
        var made = "# Made from the chart in helm/embark-controller, with its default values.\n" + string.Join("---\n", files.Select(file => Expression().Replace(File.ReadAllText(file), match => match.Groups["name"].Value switch
        {
            "Release.Namespace" => ExpansionWorld.System,
            var name when name.StartsWith("Values.", StringComparison.Ordinal) && values[name["Values.".Length..]] is { } value => value.ToString(),
            var name => throw new InvalidOperationException($"{Path.GetFileName(file)}: {name} is no value of one word"),
        })));
        if (Environment.GetEnvironmentVariable("EMBARK_UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(Plain, made, TestContext.Current.CancellationToken);
        Assert.Equal(made, await File.ReadAllTextAsync(Plain, TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = 60_000)]
    public async Task Helm_renders_the_same()
    {
        Programs.Need("helm");
        var rendered = await Programs.RunAsync("helm", null, "template", "embark-controller", Path.Combine(Checkout.Root, Chart), "--namespace", ExpansionWorld.System, "--include-crds");
        Assert.Equal(Objects(await File.ReadAllTextAsync(Plain, TestContext.Current.CancellationToken)), Objects(rendered));

        static SortedDictionary<string, string> Objects(string yaml) =>
            new(YamlText.ParseDocuments(yaml).ToDictionary(one => $"{one.Text("kind")} {one.Name}", one => one.ToJsonString()), StringComparer.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task Kubectl_applies_them_and_their_rights_are_enough_for_the_controller()
    {
        Programs.Need("kubectl");
        await using var world = await ExpansionWorld.StartAsync("""
            apiVersion: v1
            kind: Namespace
            metadata: {name: istio-system}
            """);
        var applied = await Programs.RunAsync("kubectl", world.KubeconfigFile, "apply", "-f", Plain);
        Assert.Contains("deployment.apps/embark-controller created", applied, StringComparison.Ordinal);
        Assert.Contains("unchanged", await Programs.RunAsync("kubectl", world.KubeconfigFile, "apply", "-f", Plain), StringComparison.Ordinal);

        world.Api.Log.Clear();
        await using var controller = await ControllerProcess.StartAsync(
            world.Api.KubeconfigFor("system:serviceaccount:istio-system:embark-controller"), ["--lease-duration", "3"], TestContext.Current.CancellationToken);
        await world.AskAsync("""{"service": {"annotations": {"example.com/a": "b"}}}""");
        await world.ConditionAsync("Accepted", "Applied");
        await world.PodRunsAsync();
        await world.ConditionAsync("Ready", "Ready");
        await world.AskAsync("{\"service\": null}");
        await ExpansionWorld.UntilAsync("the annotation is given up", () => world.Find(BuiltInResources.Services, "vmgateway").Text("metadata", "annotations", "example.com/a") is null);
        await world.AskAsync(null);
        await world.ConditionAsync("Ready", "NotAsked");
        Assert.Empty(world.Made());
        // A lease is renewed and nothing else was refused.
        Assert.DoesNotContain("cannot", controller.Log, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\{\{ \.(?<name>[A-Za-z.]+) \}\}")]
    private static partial Regex Expression();
}
