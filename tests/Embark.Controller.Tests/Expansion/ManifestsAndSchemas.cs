using System.Text.Json.Nodes;
using Embark.Expansion;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Operations;

namespace Embark.Controller.Tests.Expansion;

/// <summary>Every object passes the schemas of Istio's CustomResourceDefinitions, strictly.</summary>
public sealed class ManifestsAndSchemas
{
    private static readonly ExpansionSpec Whole = new()
    {
        ServiceType = "NodePort",
        ServiceAnnotations = new Dictionary<string, string> { ["example.com/size"] = "small" },
        Replicas = 3,
        Revision = "1-30",
    };

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Are_valid_for_the_kinds_that_the_sandbox_serves(bool whole)
    {
        await using var world = await ExpansionWorld.StartAsync();
        await CheckAsync(world, whole ? Whole : new());
    }

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Are_valid_for_the_definitions_of_a_real_Istio(bool whole)
    {
        var definitions = Path.Combine(Checkout.Root, "..", "shared", "reference", "real-istio-1.30.3", "crds.yaml");
        if (!File.Exists(definitions))
            Assert.Skip("needs the definitions of a real Istio beside the checkout");
        await using var world = await ExpansionWorld.StartAsync(await File.ReadAllTextAsync(definitions, TestContext.Current.CancellationToken));
        await CheckAsync(world, whole ? Whole : new());
    }

    private static Task CheckAsync(ExpansionWorld world, ExpansionSpec spec)
    {
        var manifests = ExpansionManifests.For(spec, new ExpansionSurroundings { SystemNamespace = ExpansionWorld.System, Network = "north", Revision = spec.Revision });
        Assert.Equal(10, manifests.Count);
        foreach (var manifest in manifests)
        {
            var resource = world.Api.Operations.Catalog.FindKind(manifest.Kind.ApiVersion, manifest.Kind.Kind)!;
            var options = new WriteOptions { FieldValidation = FieldValidation.Strict, FieldManager = "test" };
            var body = (JsonObject)JsonNode.Parse(manifest.Value.ToJsonString())!;
            if (manifest.IsShared)
                continue;
            world.Api.Operations.Create(resource, manifest.Kind.Version, manifest.Namespace!, body, options);
            Assert.Equal(manifest.Name, world.Find(resource.Id, manifest.Name)?.Text("metadata", "name"));
        }
        return Task.CompletedTask;
    }
}
