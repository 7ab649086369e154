using System.CommandLine;

namespace Embark.Cli.Options;

/// <summary><c>-v</c> shows the trace of a failure, <c>-vv</c> what is asked of the cluster, <c>-vvv</c> what ssh says as well.</summary>
internal static class VerbosityFlag
{
    /// <summary>From here on requests to the cluster are shown.</summary>
    public const int Requests = 2;

    /// <summary>From here on what ssh says is shown, and the scripts that run on VMs, by name.</summary>
    public const int Ssh = 3;

    public static Option<bool> Make() => new("-v")
    {
        Description = "say more: -v the trace of a failure, -vv requests to the cluster as well, -vvv what ssh says as well",
        Arity = ArgumentArity.Zero,
        AllowMultipleArgumentsPerToken = false,
        Recursive = true,
    };

    public static int Count(IEnumerable<string> arguments) => arguments.TakeWhile(word => word != "--")
        .Where(word => word.Length is > 1 and < 5 && word[0] == '-' && word.AsSpan(1).IndexOfAnyExcept('v') < 0).Sum(word => word.Length - 1);
}
