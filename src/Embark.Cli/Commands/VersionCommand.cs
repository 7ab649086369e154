using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Embark.Cli.Options;
using Embark.Cli.Output;

namespace Embark.Cli.Commands;

/// <summary><c>embark version</c>.</summary>
internal static class VersionCommand
{
    public static string Version { get; } = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Command Make(Terminal terminal)
    {
        var command = new Command("version", "Say which Embark this is");
        var format = OutputFlag.Make();
        command.Add(format);
        command.SetAction(parsed =>
        {
            var platform = $"{RuntimeInformation.RuntimeIdentifier}";
            if (parsed.GetValue(format) is { } asked and not OutputFormat.Table)
                StructuredOutput.Write(terminal.Out, asked, new JsonObject { ["version"] = Version, ["platform"] = platform, ["runtime"] = RuntimeInformation.FrameworkDescription });
            else terminal.Out.WriteLine($"embark {Version} ({platform})");
        });
        return command;
    }
}
