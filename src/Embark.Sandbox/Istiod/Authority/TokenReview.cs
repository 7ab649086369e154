using System.Text.Json.Serialization;
using Embark.Kubernetes;

namespace Embark.Sandbox.Istiod.Authority;

/// <summary>Asks the API server whose token this is (authentication.k8s.io/v1).</summary>
internal sealed record TokenReview(string ApiVersion, string Kind, TokenReviewSpec Spec, TokenReviewStatus? Status)
{
    public static ResourceKind<TokenReview> Resource { get; } =
        new("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", TokenReviewJson.Default.TokenReview) { Namespaced = false };

    public static TokenReview For(string token, string audience) =>
        new("authentication.k8s.io/v1", "TokenReview", new TokenReviewSpec(token, [audience]), null);
}

/// <summary>The question.</summary>
internal sealed record TokenReviewSpec(string Token, IReadOnlyList<string> Audiences);

/// <summary>The answer.</summary>
internal sealed record TokenReviewStatus(bool Authenticated, string? Error, TokenReviewUser? User);

/// <summary>Whose token it is.</summary>
internal sealed record TokenReviewUser(string? Username, string? Uid, IReadOnlyList<string>? Groups);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenReview))]
internal sealed partial class TokenReviewJson : JsonSerializerContext;
