using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Access;

/// <summary>Signs and checks service account tokens: JWTs with RS256, as kube-apiserver makes them.</summary>
internal sealed class ServiceAccountTokens(TimeProvider clock) : IDisposable
{
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";

    private readonly RSA _key = RSA.Create(2048);

    /// <summary>Signs a token for the account; the claims may be changed first, for tests of bad tokens.</summary>
    public string Issue(JsonObject account, IReadOnlyList<string> audiences, TimeSpan lifetime, JsonObject? boundTo = null, Action<JsonObject>? change = null)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var kubernetes = new JsonObject
        {
            ["namespace"] = account.Namespace,
            ["serviceaccount"] = new JsonObject { ["name"] = account.Name, ["uid"] = account.Uid },
        };
        if (boundTo?.Text("kind") is { } kind)
            kubernetes[kind.ToLowerInvariant()] = new JsonObject { ["name"] = boundTo.Text("name"), ["uid"] = boundTo.Text("uid") };
        var claims = new JsonObject
        {
            ["aud"] = JsonText.ArrayOf(audiences),
            ["exp"] = now + (long)lifetime.TotalSeconds,
            ["iat"] = now,
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = kubernetes,
            ["nbf"] = now,
            ["sub"] = $"system:serviceaccount:{account.Namespace}:{account.Name}",
        };
        change?.Invoke(claims);
        var signed = $"{Encode(new JsonObject { ["alg"] = "RS256", ["kid"] = KeyId })}.{Encode(claims)}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Claims of a token that we signed and that is valid now; null for any other. The audience is not looked at.</summary>
    public JsonObject? Check(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]) || !Base64Url.IsValid(parts[2]))
            return null;
        if (!_key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            return null;
        try
        {
            var claims = JsonText.ParseObject(Base64Url.DecodeFromChars(parts[1]));
            var now = clock.GetUtcNow().ToUnixTimeSeconds();
            return claims.Text("iss") == Issuer && claims.Number("exp") > now && claims.Number("nbf") <= now ? claims : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public JsonObject KeySet()
    {
        var key = _key.ExportParameters(false);
        return new()
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["use"] = "sig",
                ["kty"] = "RSA",
                ["kid"] = KeyId,
                ["alg"] = "RS256",
                ["n"] = Base64Url.EncodeToString(key.Modulus),
                ["e"] = Base64Url.EncodeToString(key.Exponent),
            }),
        };
    }

    public static JsonObject Discovery(Uri server) => new()
    {
        ["issuer"] = Issuer,
        ["jwks_uri"] = new Uri(server, "/openid/v1/jwks").ToString(),
        ["response_types_supported"] = new JsonArray("id_token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
    };

    public void Dispose() => _key.Dispose();

    // As kube-apiserver: SHA-256 of the public key in PKIX form.
    private string KeyId => field ??= Base64Url.EncodeToString(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(JsonText.Write(part));
}
