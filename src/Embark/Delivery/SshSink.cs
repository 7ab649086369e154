using Embark.Planning;

namespace Embark.Delivery;

/// <summary>
/// Carries a plan out on a VM over its SSH session. What is in use is replaced only when the new is there and checked, and comes back when the new
/// does not prove itself. A graceful cancellation is heeded between steps: what was begun is finished or undone.
/// </summary>
/// <param name="vm">The VM, asked before; its session carries the steps.</param>
/// <param name="tokens">Asked once, and only when the plan has a token.</param>
/// <param name="transcript">Told what happens, as it happens.</param>
/// <param name="clock">For the manifest.</param>
public sealed class SshSink(VmOverSsh vm, TokenIssuer tokens, Transcript transcript, TimeProvider clock) : IPlanSink
{
    /// <summary>Who applies it, as the manifest on the VM keeps it.</summary>
    public string Operator { get; init; } = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>True when nothing follows the delivery over this session. Default true.</summary>
    public bool EndsSession { get; init; } = true;

    /// <inheritdoc/>
    /// <exception cref="EmbarkException"><see cref="FailureClass.ApplyFailed"/> with what was rolled back; <see cref="FailureClass.VmNotReady"/> when a file could not be staged.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the VM is as it was.</exception>
    public async Task DeliverAsync(Plan plan, CancellationToken cancellationToken)
    {
        var work = DeliveryWork.Of(plan);
        if (plan.Steps.Count == 0) transcript.NothingToChange();
        else if (work.IsRemoval) await new VmRemoval(vm.Session, transcript, vm.Forced).RunAsync(plan, work);
        else if (work.Brings) await BringAsync(plan, work, cancellationToken);
        if (plan.Steps.OfType<PlanStep.KeepNames>().SingleOrDefault() is { } names)
            await new HostsDelivery(vm.Session, transcript, vm.Forced).RunAsync(plan, names, required: !work.Brings);
        if (EndsSession) vm.Close();
    }

    private async Task BringAsync(Plan plan, DeliveryWork work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var issuedAt = clock.GetUtcNow();
        var token = work.Token is { } wanted ? await tokens.IssueAsync(wanted, cancellationToken) : null;
        using var secret = token?.Token;
        var manifest = new ManifestWriter(plan, Operator, clock, token, issuedAt);
        await (work.Container is null
            ? new FileDelivery(vm.Session, transcript, vm.Forced).RunAsync(plan, work, token, manifest)
            : new ProxyDelivery(vm, transcript).RunAsync(plan, work, token, manifest, cancellationToken));
    }
}
