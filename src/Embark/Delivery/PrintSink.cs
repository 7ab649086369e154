using Embark.Planning;

namespace Embark.Delivery;

/// <summary>Prints what would happen on the VM and does none of it: the dry run (sidecar-bootstrap 6.3). It asks for no token.</summary>
/// <param name="output">Where the lines go; the original uses standard error.</param>
public sealed class PrintSink(TextWriter output) : IPlanSink
{
    /// <summary>Last line of a dry run: it cannot know what runs on the VM.</summary>
    internal const string ClosingNote = "if a proxy of Embark runs there already, it is replaced without a gap (bridge), or left alone when nothing changes";

    /// <inheritdoc/>
    public async Task DeliverAsync(Plan plan, CancellationToken cancellationToken)
    {
        // One write: several VMs may be printed at once.
        await output.WriteAsync(Text(plan).AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    /// <summary>All lines of one plan.</summary>
    public static string Text(Plan plan)
    {
        using var text = new StringWriter();
        var transcript = new Transcript(text, dryRun: true);
        transcript.Connecting(plan.Target);
        foreach (var step in plan.Steps) Print(plan, step, transcript);
        if (plan.Steps.Count == 0) transcript.NothingToChange();
        transcript.Closing();
        if (plan.Profile == Profile.Modern && plan.Steps.Any(s => s is PlanStep.RunContainer)) transcript.Note(ClosingNote);
        return text.ToString();
    }

    private static void Print(Plan plan, PlanStep step, Transcript transcript)
    {
        if (step is PlanStep.WriteFile file)
        {
            transcript.Copying(file.Path);
            transcript.Content(Shown(file.Content));
        }
        foreach (var command in StepCommands.Of(plan, step)) transcript.Executing(command);
    }

    private static string Shown(FileContent content) => content switch
    {
        FileContent.Text text => text.Value,
        FileContent.SameAs same => $"<same content as {same.Path}>",
        FileContent.WorkloadToken token => Transcript.TokenNotRequested(token),
        FileContent.Manifest manifest => manifest.Draft.Write(),
        _ => throw new ArgumentOutOfRangeException(nameof(content)),
    };
}
