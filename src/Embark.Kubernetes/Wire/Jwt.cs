using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Embark.Kubernetes.Wire;

/// <summary>Reads what a JWT claims, without judging its signature: the receiver does that.</summary>
internal sealed record Jwt(string? Subject, IReadOnlyList<string> Audiences, DateTimeOffset? Expiry)
{
    /// <summary>Null when it is no JWT: three parts in base64url, the second a JSON object.</summary>
    public static Jwt? Claims(ReadOnlySpan<byte> token)
    {
        var first = token.IndexOf((byte)'.');
        var last = token.LastIndexOf((byte)'.');
        if (first <= 0 || last <= first + 1 || last == token.Length - 1 || token[(first + 1)..last].Contains((byte)'.'))
            return null;
        if (!Base64Url.IsValid(token[..first]) || !Base64Url.IsValid(token[(last + 1)..]))
            return null;
        var payload = new byte[Base64Url.GetMaxDecodedLength(last - first - 1)];
        try
        {
            return Base64Url.DecodeFromUtf8(token[(first + 1)..last], payload, out _, out var length) == OperationStatus.Done
                ? Read(payload.AsMemory(0, length))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(payload);
        }
    }

    private static Jwt? Read(ReadOnlyMemory<byte> payload)
    {
        using var json = JsonDocument.Parse(payload);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            return null;
        return new Jwt(Text(json.RootElement, "sub"), Audience(json.RootElement), Time(json.RootElement, "exp"));
    }

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>One text or a list of them (RFC 7519, 4.1.3).</summary>
    private static string[] Audience(JsonElement claims) => claims.TryGetProperty("aud", out var aud) ? aud.ValueKind switch
    {
        JsonValueKind.String => [aud.GetString()!],
        JsonValueKind.Array => [.. aud.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)],
        _ => [],
    } : [];

    private static DateTimeOffset? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds)
        && seconds is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
