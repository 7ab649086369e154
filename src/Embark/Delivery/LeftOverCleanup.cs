using Embark.Mesh;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>Finishes or undoes what an interrupted run left behind, so that a plan starts from a plain state.</summary>
internal sealed class LeftOverCleanup(VmOverSsh vm, Transcript transcript)
{
    private SshSession Session => vm.Session;

    public async Task RunAsync(LeftOver left, string directory, VmSettings settings)
    {
        var steps = new RemoteSteps(directory, settings.ContainerName, settings.Options.Adopt) { SecondsUp = vm.SecondsUp, Ports = settings.Ports };
        var finish = left == LeftOver.Judge && await ProxyStaysUpAsync(steps, settings.ContainerName);
        transcript.Note(finish
            ? "an earlier run was interrupted after its new proxy had started; it is finished first"
            : "an earlier run was interrupted; what it began is undone first");

        Session.Recover();
        var result = await Session.RunAsync(finish ? steps.FinishLeftOver() : steps.RollBack(), vm.Forced);
        if (!result.Succeeded)
            throw new EmbarkException(FailureClass.ApplyFailed, $"VM {Session.Target}: what an earlier run left behind could not be {(finish ? "finished" : "undone")}: {result.ErrorTail}",
                $"look at the containers there (docker ps -a) and at {directory}, then run again");
    }

    private async Task<bool> ProxyStaysUpAsync(RemoteSteps steps, string container)
    {
        var result = await Session.RunAsync(steps.Watch(container), vm.Forced);
        return result.Succeeded && ContainerState.Read(result.Output).StaysUp;
    }
}
