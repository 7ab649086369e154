using System.CommandLine;
using Embark.Cli.Output;

namespace Embark.Cli.Expansion;

/// <summary><c>embark mesh-expansion enable|disable|status|manifests</c>: what the controller does, from a terminal.</summary>
internal static class MeshExpansionCommand
{
    public static Command Make(Terminal terminal, Interruption interruption) => new("mesh-expansion", "The gateway through which VMs join: make it, remove it, look at it")
    {
        EnableVerb.Make(terminal, interruption), DisableVerb.Make(terminal, interruption), StatusVerb.Make(terminal, interruption), ManifestsVerb.Make(terminal, interruption),
    };
}
