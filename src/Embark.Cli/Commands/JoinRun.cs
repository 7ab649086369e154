using Embark.Cli.Output;

namespace Embark.Cli.Commands;

internal static class JoinRun
{
    public static Task<int> RunAsync(JoinRequest request, Terminal terminal, CancellationToken cancellationToken) => throw new NotImplementedException();
}
