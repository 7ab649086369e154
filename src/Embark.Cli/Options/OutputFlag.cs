using System.CommandLine;

namespace Embark.Cli.Options;

/// <summary><c>-o json|yaml|table</c>; under <c>x sidecar-bootstrap</c> the letter belongs to <c>--archive</c>.</summary>
internal static class OutputFlag
{
    private static readonly Dictionary<string, OutputFormat> Formats = new()
    {
        ["json"] = OutputFormat.Json, ["yaml"] = OutputFormat.Yaml, ["table"] = OutputFormat.Table,
    };

    public static Option<OutputFormat?> Make(bool letter = true) =>
        Flag.Choice("--output", "print the result as data on standard output", Formats, letter ? ["-o"] : []);
}
