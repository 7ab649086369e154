using System.CommandLine;
using Embark.Cli.Output;

namespace Embark.Cli.Commands;

internal static class LeaveCommand
{
    public static Command Make(Terminal terminal)
    {
        _ = terminal;
        return new Command("leave", "Take the proxy and our files off a VM, and nothing else");
    }
}
