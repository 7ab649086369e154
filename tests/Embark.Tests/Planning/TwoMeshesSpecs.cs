using Embark.Mesh;
using Embark.Planning;

namespace Embark.Tests.Planning;

/// <summary>A machine that is in the mesh of another cluster already.</summary>
public sealed class TwoMeshesSpecs
{
    private static readonly DateTimeOffset Clock = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly MeshSettings East = GuideExample.Mesh with { ClusterId = "east" }, West = GuideExample.Mesh with { ClusterId = "west" };

    private static VmFacts JoinedEast()
    {
        var facts = GuideExample.Joined(East, GuideExample.Workload, Clock);
        return facts with { Containers = [facts.Containers[0] with { Labels = new Dictionary<string, string>(facts.Containers[0].Labels) { [EmbarkLabels.Cluster] = "east" } }] };
    }

    [Fact(Timeout = 15_000)]
    public void Proxy_and_files_of_another_cluster_are_refused_together()
    {
        var refusal = Assert.Throws<InvalidInputException>(() => Planner.For(West, GuideExample.Workload, JoinedEast()));

        Assert.Equal(FailureClass.VmNotReady, refusal.Failure);
        Assert.Equal(2, refusal.Problems.Count(problem => problem.What.Contains("of another cluster", StringComparison.Ordinal)));
        Assert.Empty(Planner.For(East, GuideExample.Workload, JoinedEast()).Steps);
    }

    [Fact(Timeout = 15_000)]
    public void Cluster_that_is_gone_can_be_followed_by_another()
    {
        var plan = Planner.For(West, GuideExample.With(new() { Adopt = true }), JoinedEast());

        Assert.Single(plan.Steps.OfType<PlanStep.ReplaceContainer>());
    }

    [Fact(Timeout = 15_000)]
    public void Ports_of_its_own_are_in_environment_and_bridge()
    {
        var workload = GuideExample.Workload with { Vm = GuideExample.Workload.Vm with { Ports = AgentPorts.From(15200) } };
        var plan = Planner.For(West, workload, GuideExample.Empty(Clock));
        var environment = Assert.IsType<FileContent.Text>(plan.Steps.OfType<PlanStep.WriteFile>().Single(file => file.Path == "/etc/istio-proxy/sidecar.env").Content).Value;

        Assert.Contains("\"proxyAdminPort\":15200,\"statusPort\":15220}", environment, StringComparison.Ordinal);
        Assert.Contains("ENVOY_STATUS_PORT=15221\nENVOY_PROMETHEUS_PORT=15290\n", environment, StringComparison.Ordinal);
        Assert.Equal(15221, Assert.Single(plan.Steps.OfType<PlanStep.RunContainer>()).Container.ReadinessPort);
        Assert.Equal([15300, 15320, 15321, 15390], workload.Vm.Ports.Beside.All);
        Assert.Equal(AgentPorts.Bridge, AgentPorts.Standard.Beside);
    }
}
