using Embark.Delivery;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Cli.Output;

/// <summary>The steps of a plan in a line each; contents of files are left out.</summary>
internal static class StepLines
{
    public static IEnumerable<string> Of(Plan plan, PlanStep step) =>
        step is PlanStep.WriteFile file ? [$"write {file.Path} {Convert.ToString((int)file.Mode, 8).PadLeft(4, '0')}"] : StepCommands.Of(plan, step).Select(ShellQuote.Join);
}
