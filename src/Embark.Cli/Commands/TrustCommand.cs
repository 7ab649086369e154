using System.CommandLine;
using Embark.Cli.Output;

namespace Embark.Cli.Commands;

internal static class TrustCommand
{
    public static Command Make(Terminal terminal)
    {
        _ = terminal;
        return new Command("trust", "Show a VM's host key and pin it");
    }
}
