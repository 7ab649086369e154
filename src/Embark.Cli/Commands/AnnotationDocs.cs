using Embark.Cli.Output;
using Embark.Mesh;

namespace Embark.Cli.Commands;

/// <summary><c>--docs</c>: stops before any other argument is looked at.</summary>
internal static class AnnotationDocs
{
    public static int Print(Terminal terminal)
    {
        terminal.Out.Write(AnnotationHelp.Text());
        return 0;
    }
}
