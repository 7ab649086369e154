using Embark.Planning;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>Lines for steps and for what the VM answered.</summary>
internal static class TranscriptOfSteps
{
    public static void Say(this Transcript transcript, Plan plan, IEnumerable<PlanStep> steps)
    {
        foreach (var step in steps)
            foreach (var command in StepCommands.Of(plan, step)) transcript.Executing(command);
    }

    public static void Say(this Transcript transcript, IEnumerable<PlanStep.WriteFile> files)
    {
        foreach (var file in files) transcript.Copying(file.Path);
    }

    /// <summary>What a command printed on the VM, such as a container's id.</summary>
    public static void Remote(this Transcript transcript, string output)
    {
        foreach (var line in output.Split('\n'))
            if (line.StartsWith("id ", StringComparison.Ordinal)) transcript.Note(RemoteText.Printable(line[3..]));
    }
}
