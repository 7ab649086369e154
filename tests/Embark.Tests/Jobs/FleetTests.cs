using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Tests.Jobs;

/// <summary>One job over many VMs.</summary>
public sealed class FleetTests
{
    private static readonly NamespacedName[] Vms = [.. Enumerable.Range(0, 20).Select(at => new NamespacedName("bookinfo", $"vm-{at:00}"))];

    private static Done PlanOf(int at) => new(new Plan
    {
        Workload = Vms[at], Target = new SshTarget("u", "10.0.0.1", 22), Profile = Profile.Modern, Directory = "/d", Steps = [], Warnings = [], Hash = $"sha256:{at}",
    });

    [Fact(Timeout = 30_000)]
    public async Task Outcomes_come_in_the_order_of_the_vms()
    {
        var outcomes = await Fleet.RunAsync(Vms, 16, async (at, token) =>
        {
            await Task.Delay(20 - at, token);
            return PlanOf(at);
        }, CancellationToken.None);

        Assert.Equal(Vms, outcomes.Select(outcome => outcome.Workload));
        Assert.Equal(FailureClass.None, Fleet.ClassOf(outcomes));
    }

    [Fact(Timeout = 30_000)]
    public async Task Failure_of_one_vm_is_no_matter_to_the_others()
    {
        var outcomes = await Fleet.RunAsync(Vms, 4, (at, _) =>
            at == 7 ? Task.FromException<Done>(new EmbarkException(FailureClass.SshUnreachable, "no route")) : Task.FromResult(PlanOf(at)), CancellationToken.None);

        Assert.Equal(19, outcomes.Count(outcome => outcome.Succeeded));
        Assert.Equal("no route", outcomes[7].Failure!.Message);
        Assert.Equal(FailureClass.PartOfFleetFailed, Fleet.ClassOf(outcomes));
    }

    [Fact(Timeout = 30_000)]
    public async Task Never_more_vms_at_a_time_than_asked_for()
    {
        var (now, most) = (0, 0);
        var gate = new Lock();
        await Fleet.RunAsync(Vms, 3, async (at, token) =>
        {
            lock (gate) most = Math.Max(most, ++now);
            await Task.Delay(10, token);
            lock (gate) now--;
            return PlanOf(at);
        }, CancellationToken.None);

        Assert.Equal(3, most);
    }

    [Fact(Timeout = 30_000)]
    public async Task M98_After_an_interruption_the_rest_is_not_started()
    {
        using var interruption = new CancellationTokenSource();
        var outcomes = await Fleet.RunAsync(Vms, 1, async (at, _) =>
        {
            if (at == 4) await interruption.CancelAsync();
            return PlanOf(at);
        }, interruption.Token);

        Assert.Equal(5, outcomes.Count(outcome => outcome.Succeeded));
        Assert.All(outcomes.Skip(5), outcome => Assert.False(outcome.Started));
        Assert.Equal(FailureClass.Interrupted, Fleet.ClassOf(outcomes));
    }
}
