using Embark.Controller.Tests.Expansion;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Controller.Tests.Leading;

/// <summary>Of two controllers one acts, by its Lease; the other takes over, whether the first ends or dies.</summary>
public sealed class OneOfTwo
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task Acts_and_the_other_takes_over_when_it_dies()
    {
        await using var world = await ExpansionWorld.StartAsync();
        await using var first = await world.ControllerAsync("--lease-duration", "3");
        await LeadsAsync(first);
        await using var second = await world.ControllerAsync("--lease-duration", "3");
        await world.AskAsync();
        await world.ConditionAsync("Accepted", "Applied");
        Assert.Contains("applied", first.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("leads as", second.Log, StringComparison.Ordinal);

        await first.KillAsync(Cancel);
        await LeadsAsync(second);
        Assert.Equal(1, world.Find(ExpansionWorld.Leases, "embark-controller").Number("spec", "leaseTransitions"));
        await world.AskAsync(null);
        await world.ConditionAsync("Ready", "NotAsked");
        Assert.Empty(world.Made());
    }

    [Fact(Timeout = 240_000)]
    public async Task Lets_the_lease_go_when_it_ends_in_good_order()
    {
        await using var world = await ExpansionWorld.StartAsync();
        await using var first = await world.ControllerAsync("--lease-duration", "600");
        await LeadsAsync(first);
        Assert.Equal(0, await first.StopAsync(Cancel));
        Assert.Equal("", world.Find(ExpansionWorld.Leases, "embark-controller").Text("spec", "holderIdentity"));

        await using var second = await world.ControllerAsync("--lease-duration", "600");
        await LeadsAsync(second);
    }

    [Fact(Timeout = 240_000)]
    public async Task Stops_acting_when_another_holds_the_lease_and_acts_again_when_that_one_is_silent()
    {
        await using var world = await ExpansionWorld.StartAsync();
        await using var controller = await world.ControllerAsync("--lease-duration", "3");
        await LeadsAsync(controller);
        world.Api.Store.Change(ExpansionWorld.Leases, ExpansionWorld.System, "embark-controller", stored =>
        {
            var taken = stored!.Value.Copy();
            taken.Ensure("spec")["holderIdentity"] = "another";
            return taken;
        });

        await ExpansionWorld.UntilAsync("it has stopped", () => controller.Log.Contains("no longer leads", StringComparison.Ordinal), () => controller.Log);
        await ExpansionWorld.UntilAsync("it leads again", () => controller.Log.LastIndexOf(" leads as ", StringComparison.Ordinal) > controller.Log.IndexOf("no longer leads", StringComparison.Ordinal), () => controller.Log);
        await world.AskAsync();
        await world.ConditionAsync("Accepted", "Applied");
    }

    private static Task LeadsAsync(ControllerProcess controller) =>
        ExpansionWorld.UntilAsync("it leads", () => controller.Log.Contains(" leads as ", StringComparison.Ordinal), () => controller.Log);
}
