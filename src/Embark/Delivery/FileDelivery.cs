using Embark.Kubernetes;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>Brings files and starts nothing. Everything is queued at once, so it costs one round trip.</summary>
internal sealed class FileDelivery(SshSession session, Transcript transcript, CancellationToken forced)
{
    public async Task RunAsync(Plan plan, DeliveryWork work, ServiceAccountToken? token, ManifestWriter manifest)
    {
        var steps = new RemoteSteps(plan.Directory, container: null, adopt: false);
        var files = work.Stage(plan, token);

        transcript.Say(plan, work.Directories);
        transcript.Say(work.Files);
        var staged = session.RunAsync(steps.Stage(work.Directories, files), forced);
        if (work.Removed.Count > 0) transcript.Say(plan, plan.Steps.OfType<PlanStep.RemovePaths>());
        var installed = session.RunAsync(steps.Install(work.RemovedNames(plan), files.Select(f => f.Name)), forced);
        if (manifest.Step is { } step) transcript.Copying(step.Path);
        var concluded = session.RunAsync(steps.Conclude(manifest.Bytes(null)), forced);

        var failure = new DeliveryFailure(session, steps, "the files are as before", forced);
        if (await staged is { Succeeded: false } bad)
            throw await failure.AfterAsync(FailureClass.VmNotReady, $"the files could not be copied: {DeliveryFailure.Reason(bad)}", "see the reason above; nothing was changed");
        if (await installed is { Succeeded: false } half)
            throw await failure.AfterAsync(FailureClass.ApplyFailed, $"the files could not be moved into place: {DeliveryFailure.Reason(half)}", "see the reason above");
        if (await concluded is { Succeeded: false } last)
            throw await failure.AfterAsync(FailureClass.ApplyFailed, $"the manifest could not be written: {DeliveryFailure.Reason(last)}", "see the reason above");
    }
}
