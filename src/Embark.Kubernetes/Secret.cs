using System.Security.Cryptography;

namespace Embark.Kubernetes;

/// <summary>
/// A value that must not be seen: a token, a key. It prints as <c>[REDACTED]</c>, has no JSON form, and its bytes are
/// zeroed when it is disposed. Only <see cref="Reveal"/> gives the bytes away, so that every use can be found by name.
/// </summary>
public sealed class Secret : IDisposable
{
    private readonly byte[] _value;

    /// <summary>Copies <paramref name="value"/>; the caller zeroes its own copy.</summary>
    public Secret(ReadOnlySpan<byte> value) => _value = value.ToArray();

    /// <summary>Length in bytes.</summary>
    public int Length => _value.Length;

    /// <summary>Lower-case hex SHA-256 of the value; safe to print in part, and to compare.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(_value));

    /// <summary>The value itself. Write it to a stream; never to an argument, an environment variable or a log.</summary>
    public ReadOnlySpan<byte> Reveal() => _value;

    /// <summary>Always <c>[REDACTED]</c>.</summary>
    public override string ToString() => "[REDACTED]";

    /// <summary>Overwrites the value with zeroes.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_value);
}
