using Embark.Kubernetes;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>Brings files and starts a proxy: alone, over the bridge (sidecar-bootstrap 5.7), or after the guide's <c>docker rm</c>.</summary>
internal sealed class ProxyDelivery(VmOverSsh vm, Transcript transcript)
{
    private const string LogFix = "see what the proxy says above; a port in use, a missing root certificate or a wrong image are the usual causes";

    private SshSession Session => vm.Session;

    public async Task RunAsync(Plan plan, DeliveryWork work, ServiceAccountToken? token, ManifestWriter manifest, CancellationToken cancellationToken)
    {
        var proxy = work.Container!;
        var steps = new RemoteSteps(plan.Directory, proxy.Name, work.MayAdopt || vm.AdoptAllowed) { SecondsUp = vm.SecondsUp, Ports = proxy.Ports };
        var failure = new DeliveryFailure(Session, steps, Restored(plan), vm.Forced);
        var files = work.Stage(plan, token);

        var image = await PrepareAsync(plan, work, steps, files, failure);
        await StopIfAskedAsync(failure, cancellationToken);
        var commands = new Queue<IReadOnlyList<string>>(DeliveryWork.Commands(plan, image));
        if (work.Bridge is { } bridge)
        {
            transcript.Say(plan, work.BridgeDirectories);
            transcript.Say(work.BridgeFiles);
            await ExpectAsync(Session.RunAsync(steps.StageBridge(work.BridgeDirectories, work.StageBridge(plan, token)), vm.Forced), failure, "the files of the bridge could not be copied");
            transcript.Executing(commands.Dequeue());
            await ProveAsync(Session.RunAsync(steps.StartBridge(bridge, image, work.Listeners), vm.Forced), failure, "the bridge, a temporary proxy of the new kind,", "; the old proxy was not touched");
            await StopIfAskedAsync(failure, cancellationToken);
        }
        else if (work.GapExpected)
        {
            transcript.Note("the proxy that runs there has another user, so it cannot share its ports: there is a gap of some seconds");
        }

        await SwapAsync(plan, work, steps, files, failure, commands, image);
        if (manifest.Step is { } step) transcript.Copying(step.Path);
        var concluded = Session.RunAsync(steps.Conclude(manifest.Bytes(image)), vm.Forced);
        while (commands.TryDequeue(out var command)) transcript.Executing(command);
        if (await concluded is { Succeeded: false } left)
            throw new EmbarkException(FailureClass.ApplyFailed, $"VM {Session.Target}: the new proxy runs, but clearing up failed: {DeliveryFailure.Reason(left)}",
                "run the same command again: it finds what is left by its label and finishes");
    }

    /// <summary>Files staged and image there, both before anything in use is touched; one round trip.</summary>
    private async Task<string> PrepareAsync(Plan plan, DeliveryWork work, RemoteSteps steps, IReadOnlyList<StagedFile> files, DeliveryFailure failure)
    {
        transcript.Say(plan, work.Directories);
        transcript.Say(work.Files);
        var staged = Session.RunAsync(steps.Stage(work.Directories, files), vm.Forced);
        var proxy = work.Container!;
        if (work.Image is null)
        {
            await ExpectStagedAsync(staged, failure);
            return proxy.Image;
        }

        if (!proxy.RunByTag) transcript.Say(plan, plan.Steps.OfType<PlanStep.PullImage>());
        var pulled = Session.RunAsync(steps.Pull(work.Image), vm.Forced);
        await ExpectStagedAsync(staged, failure);
        var result = await pulled;
        try
        {
            var image = PulledImage.Read(work.Image, result, vm.Answers.Docker?.ServerOs, vm.Answers.Docker?.ServerArchitecture);
            if (image.Warning is { } warning) transcript.Note($"warning: {warning}");
            return proxy.RunByTag ? proxy.Image : image.Reference;
        }
        catch (EmbarkException e)
        {
            throw await failure.AfterAsync(e.Failure, e.Message, e.Fix);
        }
    }

    /// <summary>The old proxy is set aside, the files change places, the new one starts and must stay up.</summary>
    private async Task SwapAsync(
        Plan plan, DeliveryWork work, RemoteSteps steps, IReadOnlyList<StagedFile> files, DeliveryFailure failure, Queue<IReadOnlyList<string>> commands, string image)
    {
        // Queued together: a link that dies between the two would leave the VM without its proxy.
        var retired = Session.RunAsync(plan.Profile == Profile.Tetrate ? steps.RemoveContainer(work.Container!.Name, force: true) : steps.Retire(), vm.Forced);
        var started = Session.RunAsync(steps.Start(work.Container!, image, work.RemovedNames(plan), files.Select(f => f.Name), work.Listeners), vm.Forced);
        while (commands.TryDequeue(out var command))
        {
            transcript.Executing(command);
            if (command is ["docker", "run", ..]) break;
        }
        await ExpectAsync(retired, failure, "the old proxy could not be set aside");
        await ProveAsync(started, failure, "the new proxy", "");
    }

    private static string Restored(Plan plan) => plan.Profile == Profile.Tetrate
        ? "the files are as before; a container that ran before is gone, since this profile removes it first, as the guide does"
        : "files and containers are as before";

    private static async Task ExpectStagedAsync(Task<ScriptResult> staged, DeliveryFailure failure)
    {
        if (await staged is { Succeeded: false } bad)
            throw await failure.AfterAsync(FailureClass.VmNotReady, $"the files could not be copied: {DeliveryFailure.Reason(bad)}", "see the reason above; nothing was changed");
    }

    private static async Task ExpectAsync(Task<ScriptResult> step, DeliveryFailure failure, string what)
    {
        if (await step is { Succeeded: false } bad)
            throw await failure.AfterAsync(FailureClass.ApplyFailed, $"{what}: {DeliveryFailure.Reason(bad)}", "see the reason above, then run again");
    }

    /// <summary>It runs and stays up (decision 15), and lacks nothing that a ready proxy before it had. It judges bridge and proxy alike.</summary>
    private async Task ProveAsync(Task<ScriptResult> step, DeliveryFailure failure, string who, string rest)
    {
        var result = await step;
        if (!result.Succeeded)
            throw await failure.AfterAsync(FailureClass.ApplyFailed, $"{who} did not start{rest}: {DeliveryFailure.Reason(result)}", "see the reason above, then run again");
        var state = ContainerState.Read(result.Output);
        if (state.StaysUp)
        {
            transcript.Remote(result.Output);
            return;
        }
        throw await failure.AfterAsync(FailureClass.ApplyFailed, $"{who} did not {(state.Lacks.Length > 0 ? "prove itself" : "stay up")}{rest}: {state.Said}\nits last lines:\n{state.Log}", LogFix);
    }

    private static async Task StopIfAskedAsync(DeliveryFailure failure, CancellationToken cancellationToken)
    {
        if (!cancellationToken.IsCancellationRequested) return;
        if (await failure.RollBackAsync() is { } state)
            throw new EmbarkException(FailureClass.Interrupted, $"interrupted; NOT rolled back: {state}", "run the same command again: it undoes this first");
        throw new OperationCanceledException("interrupted; rolled back", cancellationToken);
    }
}
