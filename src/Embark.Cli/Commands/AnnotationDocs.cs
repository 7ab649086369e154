using Embark.Cli.Output;

namespace Embark.Cli.Commands;

internal static class AnnotationDocs
{
    public static int Print(Terminal terminal) => throw new NotImplementedException();
}
