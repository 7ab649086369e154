using Embark.Expansion;

namespace Embark.Tests.Expansion;

/// <summary>The change of MeshConfig by which sidecars send to the collector.</summary>
public sealed class TelemetryOfTheMesh
{
    [Fact(Timeout = 15_000)]
    public async Task Adds_what_is_missing_and_keeps_the_rest()
    {
        await Task.CompletedTask;
        var change = TelemetryChange.To("defaultConfig:\n  discoveryAddress: istiod.istio-system.svc:15012\n  proxyMetadata: {A: \"1\"}\ntrustDomain: \"true\"\n", "istio-system");

        Assert.Empty(change.Problems);
        Assert.Equal(5, change.Fields.Count);
        Assert.Contains("  discoveryAddress: istiod.istio-system.svc:15012\n", change.Text, StringComparison.Ordinal);
        Assert.Contains("trustDomain: \"true\"\n", change.Text, StringComparison.Ordinal);
        Assert.Contains("    zipkin:\n      address: embark-collector.istio-system.svc:9411\n", change.Text, StringComparison.Ordinal);
        Assert.Empty(TelemetryChange.To(change.Text, "istio-system").Fields);
    }

    [Fact(Timeout = 15_000)]
    public async Task Another_tracer_is_told_and_nothing_is_changed()
    {
        await Task.CompletedTask;
        const string Mesh = "defaultConfig: {tracing: {zipkin: {address: \"zipkin.tools:9411\"}}}\n";
        var change = TelemetryChange.To(Mesh, "istio-system");

        Assert.Equal(Mesh, change.Text);
        Assert.Contains("zipkin.tools:9411", Assert.Single(change.Problems).What, StringComparison.Ordinal);
    }

    [Theory(Timeout = 15_000)]
    [InlineData("")]
    [InlineData("a: [")]
    [InlineData("- list")]
    [InlineData("defaultConfig: text")]
    public async Task Odd_texts_are_a_problem_or_a_start_but_never_a_fault(string mesh)
    {
        await Task.CompletedTask;
        var change = TelemetryChange.To(mesh, "istio-system");
        Assert.True(mesh.Length == 0 ? change.Fields.Count == 5 : change.Problems.Count > 0);
    }
}
