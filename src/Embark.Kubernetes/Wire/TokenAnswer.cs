using System.Text.Json;

namespace Embark.Kubernetes.Wire;

/// <summary>Reads the answer to a TokenRequest straight into a <see cref="Secret"/>, and checks that it is what was asked for (sidecar-bootstrap 5.6).</summary>
internal static class TokenAnswer
{
    public static ServiceAccountToken Read(
        ReadOnlySpan<byte> json, NamespacedName account, string audience, TimeSpan lifetime, DateTimeOffset now)
    {
        var (token, ends) = ReadStatus(json);
        var wanted = $"system:serviceaccount:{account.Namespace}:{account.Name}";
        try
        {
            if (token is null || token.Length == 0)
                throw Wrong(account, "it is empty");
            if (ends is not { } end)
                throw Wrong(account, "it has no expirationTimestamp");
            var claims = Jwt.Claims(token.Reveal()) ?? throw Wrong(account, "it is not a JWT");
            if (!claims.Audiences.Contains(audience))
                throw Wrong(account, $"its audience is {Shown(string.Join(", ", claims.Audiences))}, not {audience}");
            if (claims.Subject != wanted)
                throw Wrong(account, $"its subject is {Shown(claims.Subject)}, not {wanted}");
            if (claims.Expiry is not { } expiry)
                throw Wrong(account, "it never expires");
            var first = expiry < end ? expiry : end;
            if (first <= now)
                throw Wrong(account, $"it expired at {first:u}, and the server's clock says {now:u}");
            // The server rounds to seconds, and time passes on the way: a few seconds less is no shortening.
            return new ServiceAccountToken(token, first) { Shortened = first < now + lifetime - TimeSpan.FromSeconds(30) };
        }
        catch (KubernetesException)
        {
            token?.Dispose();
            throw;
        }
    }

    private static (Secret? Token, DateTimeOffset? Ends) ReadStatus(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        Secret? token = null;
        DateTimeOffset? ends = null;
        var inStatus = false;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                inStatus = reader.ValueTextEquals("status"u8);
            else if (inStatus && reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 2)
                ReadMember(ref reader, ref token, ref ends);
        }

        return (token, ends);
    }

    private static void ReadMember(ref Utf8JsonReader reader, ref Secret? token, ref DateTimeOffset? ends)
    {
        if (reader.ValueTextEquals("token"u8))
        {
            reader.Read();
            // A JWT has no character that JSON escapes; with escapes it is none.
            if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
                token ??= new Secret(reader.ValueSpan);
        }
        else if (reader.ValueTextEquals("expirationTimestamp"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time))
                ends = time;
        }
    }

    private static string Shown(string? value) =>
        value is null or "" ? "missing" : string.Concat(value.Take(100).Select(c => char.IsControl(c) ? '?' : c));

    private static KubernetesException Wrong(NamespacedName account, string why) => new(
        KubernetesFailure.Invalid, $"the token that the server gave for service account {account} is not used: {why}",
        "check the API server's service account issuer and audiences; nothing was delivered");
}
