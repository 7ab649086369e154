using Embark.Planning;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>Takes away what is ours: labelled containers and our own files. What is foreign stays, and is said to stay. It can be done again.</summary>
internal sealed class VmRemoval(SshSession session, Transcript transcript, CancellationToken forced)
{
    public async Task RunAsync(Plan plan, DeliveryWork work)
    {
        var queued = new List<(PlanStep Step, Task<ScriptResult> Result)>();
        foreach (var remove in work.RemovedContainers)
        {
            transcript.Say(plan, [remove]);
            var steps = new RemoteSteps(plan.Directory, remove.Name, remove.Adopted);
            queued.Add((remove, session.RunAsync(steps.RemoveContainer(remove.Name, force: false), forced)));
        }
        foreach (var paths in plan.Steps.OfType<PlanStep.RemovePaths>())
        {
            transcript.Say(plan, [paths]);
            queued.Add((paths, session.RunAsync(new RemoteSteps(plan.Directory, null, adopt: false).RemovePaths(paths.Paths), forced)));
        }

        foreach (var (step, result) in queued)
            Tell(step, await result);
    }

    private void Tell(PlanStep step, ScriptResult result)
    {
        if (!result.Succeeded)
            throw new EmbarkException(FailureClass.ApplyFailed, $"VM {session.Target}: {Name(step)} could not be removed: {DeliveryFailure.Reason(result)}", "mend what the message names, then run again: what is gone already is no matter");
        foreach (var line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line == "foreign") transcript.Note($"{Name(step)} was not made by Embark; it stays");
            else if (line.StartsWith("kept ", StringComparison.Ordinal)) transcript.Note($"{RemoteText.Printable(line[5..])} is not empty; it stays");
            else if (line.StartsWith("denied ", StringComparison.Ordinal)) transcript.Note($"{RemoteText.Printable(line[7..])} is empty, but {session.Target.User} may not remove it; it stays (as root there: rmdir {RemoteText.Printable(line[7..])})");
        }
    }

    private static string Name(PlanStep step) => step is PlanStep.RemoveContainer remove ? $"the container {remove.Name}" : "a file";
}
