namespace Embark.Kubernetes;

/// <summary>Why a call to the API failed: it decides who can mend it.</summary>
public enum KubernetesFailure
{
    /// <summary>No usable kubeconfig or credentials (401, exec plugin, expired certificate).</summary>
    Credentials,

    /// <summary>Logged in, but not allowed (403).</summary>
    Forbidden,

    /// <summary>The server could not be reached, or did not answer as a Kubernetes API within the deadline and retries.</summary>
    Unavailable,

    /// <summary>Not found (404) where the object must exist.</summary>
    NotFound,

    /// <summary>Conflict (409).</summary>
    Conflict,

    /// <summary>The server refused the request as invalid (400, 422), or answered a token request with something else than was asked for.</summary>
    Invalid,

    /// <summary>Anything else the server answered.</summary>
    Other,
}

/// <summary>A call to the API failed.</summary>
/// <param name="failure">Class of the failure.</param>
/// <param name="message">What failed and where, ready for the user.</param>
/// <param name="fix">The next thing to do; null when the message says it all.</param>
/// <param name="inner">The cause, if any.</param>
public sealed class KubernetesException(KubernetesFailure failure, string message, string? fix = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Class of the failure.</summary>
    public KubernetesFailure Failure { get; } = failure;

    /// <summary>HTTP status; null when no answer came.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The server's <c>reason</c>, such as <c>AlreadyExists</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>The next thing to do.</summary>
    public string? Fix { get; } = fix;

    /// <summary>The connection failed, not the request: the same call may do better a moment later.</summary>
    internal bool Transient { get; init; }
}
