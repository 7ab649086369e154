using Embark.Delivery;
using Embark.Mesh;

namespace Embark.Tests.Mesh;

/// <summary>One run tells all that is wrong with entry and mesh.</summary>
public sealed class AllProblemsAtOnce
{
    [Theory(Timeout = 60_000)]
    [InlineData("serviceAccount: bookinfo-ratings", "serviceAccount: ../x", "spec.serviceAccount")]
    [InlineData("serviceAccount: bookinfo-ratings", "serviceAccount: bookinfo-ratings", null)]
    public async Task A_missing_gateway_is_told_with_what_is_wrong_with_the_entry(string from, string to, string? ofEntry)
    {
        var token = TestContext.Current.CancellationToken;
        var yaml = TestCluster.GuideYaml("Service istio-eastwestgateway").Replace(from, to, StringComparison.Ordinal);
        await using var cluster = await TestCluster.StartAsync(token, yaml);
        var join = new Join(new MeshReader(cluster.Client, new() { SshUser = "operator" }), new NoVm(), new PrintSink(TextWriter.Null), new Embark.Checks.NoProof());

        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => join.RunAsync(new("bookinfo", "ratings-vm"), token));

        Assert.Equal(FailureClass.BadInput, refused.Failure);
        Assert.Contains(refused.Problems, problem => problem.What.Contains("none is the VM gateway", StringComparison.Ordinal));
        Assert.Equal(ofEntry is not null, refused.Problems.Any(problem => problem.Where.Contains("WorkloadEntry", StringComparison.Ordinal)));
    }
}
