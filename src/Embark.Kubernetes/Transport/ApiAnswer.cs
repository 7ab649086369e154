using System.Text.Json;
using Embark.Kubernetes.Wire;

namespace Embark.Kubernetes.Transport;

/// <summary>A whole answer of the server.</summary>
internal sealed class ApiAnswer(int status, string? contentType, TimeSpan? retryAfter, byte[] body)
{
    public int StatusCode => status;

    public string? ContentType => contentType;

    /// <summary>How long the server asks us to wait; null when it does not.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    public ReadOnlyMemory<byte> Body => body;

    public bool IsSuccess => status is >= 200 and < 300;

    /// <summary>The server's account of a failure; null when the body is none.</summary>
    public StatusAnswer? Failure => field ??= ReadFailure();

    /// <summary>The object asked for does not exist. A 404 of something else, such as a proxy, does not say so, and one for a kind names no object.</summary>
    public bool IsAbsent => status == 404 && Failure is { Reason: "NotFound", Details.Name.Length: > 0 };

    /// <summary>The server has no such group, version or kind: it says so in plain text, or in a Status that names no object.</summary>
    public bool IsNotServed => status == 404 && (Failure is { Reason: "NotFound" }
        ? !IsAbsent
        : Failure is null && body.AsSpan(0, Math.Min(body.Length, 64)).Trim(" \r\n"u8).SequenceEqual("404 page not found"u8));

    public void Wipe() => Array.Clear(body);

    private StatusAnswer? ReadFailure()
    {
        try
        {
            return body.Length > 0 && JsonSerializer.Deserialize(body, WireJson.Default.StatusAnswer) is { Kind: "Status" } failure ? failure : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
