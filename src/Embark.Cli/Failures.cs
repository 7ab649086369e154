using Embark.Cli.Output;
using Embark.Kubernetes;

namespace Embark.Cli;

/// <summary>The one place that turns a failure into words and an exit code.</summary>
internal static class Failures
{
    public static FailureClass ClassOf(Exception failure) => failure switch
    {
        EmbarkException embark => embark.Failure,
        KubernetesException { Failure: KubernetesFailure.Credentials or KubernetesFailure.Forbidden } => FailureClass.ClusterAccess,
        KubernetesException { Failure: KubernetesFailure.NotFound or KubernetesFailure.Invalid or KubernetesFailure.Conflict } => FailureClass.BadInput,
        KubernetesException => FailureClass.ClusterUnavailable,
        OperationCanceledException => FailureClass.Interrupted,
        _ => FailureClass.Internal,
    };

    /// <summary>The next thing to do; null when the message says it all.</summary>
    public static string? FixOf(Exception failure) => failure switch
    {
        EmbarkException embark => embark.Fix,
        KubernetesException kubernetes => kubernetes.Fix,
        OperationCanceledException => "run the same command again; it goes on where this one stopped",
        IOException or UnauthorizedAccessException => null,
        _ => "this is a fault of Embark; run again with -v and report what it says",
    };

    public static string MessageOf(Exception failure) => failure is OperationCanceledException ? "interrupted" : failure.Message;

    public static int Report(Exception failure, Terminal terminal)
    {
        terminal.Failure(MessageOf(failure));
        if (failure is InvalidInputException invalid)
            foreach (var problem in invalid.Problems)
                terminal.Error.WriteLine("  " + problem.ToString().ReplaceLineEndings("\n  "));
        if (FixOf(failure) is { } fix) terminal.Error.WriteLine($"    fix: {fix.ReplaceLineEndings("\n         ")}");
        if (terminal.Verbosity > 0) terminal.Error.WriteLine(failure.ToString());
        return (int)ClassOf(failure);
    }
}
