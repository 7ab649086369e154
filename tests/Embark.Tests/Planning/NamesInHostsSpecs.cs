using Embark.Mesh;
using Embark.Planning;

namespace Embark.Tests.Planning;

/// <summary>The block of <c>/etc/hosts</c>, and what of it is planned.</summary>
public sealed class NamesInHostsSpecs
{
    private const string Base = "127.0.0.1 localhost\n";
    private static readonly MeshNames Names = new([new("127.0.0.2", ["reviews.bookinfo.svc", "reviews.bookinfo"]), new("127.0.0.3", ["www.example.org"])], true, []);
    private static readonly string Block = HostsFile.Block(new("bookinfo", "ratings-vm"), Names.Lines.Select(line => line.ToString()));

    private static Plan PlanFor(string hosts, MeshNames? names) =>
        Planner.ForNames(GuideExample.Workload, GuideExample.Empty(DateTimeOffset.UnixEpoch) with { HostsFile = hosts }, names);

    [Fact(Timeout = 15_000)]
    public void Absent_block_is_written_and_a_true_one_left()
    {
        var step = Assert.IsType<PlanStep.KeepNames>(Assert.Single(PlanFor(Base, Names).Steps));
        Assert.Equal(["127.0.0.2 reviews.bookinfo.svc reviews.bookinfo", "127.0.0.3 www.example.org"], step.Lines);
        Assert.Empty(PlanFor(Base + Block, Names).Steps);
    }

    [Fact(Timeout = 15_000)]
    public void Block_is_taken_away_only_where_it_is()
    {
        Assert.Empty(Assert.IsType<PlanStep.KeepNames>(Assert.Single(PlanFor(Base + Block, null).Steps)).Lines);
        Assert.Empty(PlanFor(Base, null).Steps);
    }

    [Fact(Timeout = 15_000)]
    public void Name_with_another_address_is_left_alone_and_told()
    {
        var plan = PlanFor($"{Base}10.0.0.9 REVIEWS.bookinfo # by hand\n", Names);

        Assert.Equal("127.0.0.2 reviews.bookinfo.svc", Assert.IsType<PlanStep.KeepNames>(Assert.Single(plan.Steps)).Lines[0]);
        Assert.Contains("10.0.0.9", Assert.Single(plan.Warnings).What, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public void Name_that_is_there_already_is_not_written_twice()
    {
        var plan = PlanFor($"{Base}127.0.0.2 reviews.bookinfo.svc reviews.bookinfo\n", Names);

        Assert.Equal(["127.0.0.3 www.example.org"], Assert.IsType<PlanStep.KeepNames>(Assert.Single(plan.Steps)).Lines);
        Assert.Empty(plan.Warnings);
    }

    [Fact(Timeout = 15_000)]
    public void Join_keeps_a_block_true_and_makes_none()
    {
        var clock = DateTimeOffset.UnixEpoch.AddYears(56);
        var facts = GuideExample.Joined(GuideExample.Mesh, GuideExample.Workload, clock);
        var workload = GuideExample.Workload with { Names = Names };

        Assert.Empty(Planner.For(GuideExample.Mesh, workload, facts with { HostsFile = Base }).Steps);
        Assert.Empty(Planner.For(GuideExample.Mesh, workload, facts with { HostsFile = Base + Block }).Steps);
        Assert.IsType<PlanStep.KeepNames>(Assert.Single(Planner.For(GuideExample.Mesh, workload, facts with { HostsFile = Base + Block.Replace("127.0.0.3", "127.0.0.4", StringComparison.Ordinal) }).Steps));
        // What may be missing is not taken away.
        Assert.Empty(Planner.For(GuideExample.Mesh, workload with { Names = Names with { Lines = [], IsComplete = false } }, facts with { HostsFile = Base + Block }).Steps);
    }

    [Fact(Timeout = 15_000)]
    public void Leave_takes_the_block_along()
    {
        var facts = GuideExample.Empty(DateTimeOffset.UnixEpoch);

        Assert.Single(Planner.ToLeave(GuideExample.Workload, facts with { HostsFile = Base + Block }).Steps.OfType<PlanStep.KeepNames>());
        Assert.Empty(Planner.ToLeave(GuideExample.Workload, facts with { HostsFile = Base }).Steps.OfType<PlanStep.KeepNames>());
    }
}
