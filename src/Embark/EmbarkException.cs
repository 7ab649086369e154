namespace Embark;

/// <summary>A job could not be done. The class says who can mend it; the fix says how.</summary>
public class EmbarkException : Exception
{
    /// <summary>One failure with its fix.</summary>
    public EmbarkException(FailureClass failure, string message, string? fix = null, Exception? inner = null)
        : base(message, inner)
    {
        Failure = failure;
        Fix = fix;
    }

    /// <summary>Class of the failure, and so the exit code.</summary>
    public FailureClass Failure { get; }

    /// <summary>The next thing to do; null when the message says it all.</summary>
    public string? Fix { get; }
}

/// <summary>Input was refused: all of its problems at once; nothing was changed.</summary>
public sealed class InvalidInputException(string subject, IReadOnlyList<Problem> problems, FailureClass failure = FailureClass.BadInput)
    : EmbarkException(failure, $"{subject}: {problems.Count} problem{(problems.Count == 1 ? "" : "s")}")
{
    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<Problem> Problems { get; } = problems;

    /// <summary>The same refusal with more that is wrong.</summary>
    internal InvalidInputException With(IEnumerable<Problem> more) => new(subject, [.. Problems.Concat(more).Distinct()], Failure);
}
