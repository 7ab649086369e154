using System.Text.Json.Serialization;

namespace Embark.Kubernetes.Wire;

/// <summary>The server's account of a failure (meta/v1 Status).</summary>
internal sealed record StatusAnswer(string? Kind, string? Message, string? Reason, int? Code, StatusDetails? Details, ListMeta? Metadata);

internal sealed record StatusDetails(string? Name, string? Kind, int? RetryAfterSeconds, IReadOnlyList<StatusCause>? Causes);

internal sealed record StatusCause(string? Reason, string? Message, string? Field);

internal sealed record ListMeta(string? ResourceVersion, string? Continue);

/// <summary>Only what is needed of any object.</summary>
internal sealed record AnyObject(ObjectMeta? Metadata);

/// <summary>authentication.k8s.io/v1 TokenRequest, the part that is sent.</summary>
internal sealed record TokenQuestion(string ApiVersion, string Kind, TokenQuestionSpec Spec);

internal sealed record TokenQuestionSpec(IReadOnlyList<string> Audiences, long ExpirationSeconds);

/// <summary>authorization.k8s.io/v1 SelfSubjectAccessReview.</summary>
internal sealed record AccessReview(string ApiVersion, string Kind, AccessReviewSpec? Spec, AccessReviewStatus? Status);

internal sealed record AccessReviewSpec(ResourceAttributes ResourceAttributes);

internal sealed record ResourceAttributes(string? Namespace, string Verb, string Group, string Resource, string? Subresource, string? Name);

internal sealed record AccessReviewStatus(bool Allowed, string? EvaluationError);

/// <summary>Discovery of one group, or (versions alone) of the core group.</summary>
internal sealed record CoreVersions(string? Kind, IReadOnlyList<string>? Versions);

internal sealed record GroupVersions(string? Kind, IReadOnlyList<GroupVersion>? Versions, GroupVersion? PreferredVersion);

internal sealed record GroupVersion(string? Version);

/// <summary>client.authentication.k8s.io ExecCredential, the part that a plugin answers.</summary>
internal sealed record ExecCredentialAnswer(string? Kind, string? ApiVersion, ExecCredentialStatus? Status);

internal sealed record ExecCredentialStatus(
    string? Token, string? ClientCertificateData, string? ClientKeyData, DateTimeOffset? ExpirationTimestamp);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(AnyObject))]
[JsonSerializable(typeof(TokenQuestion))]
[JsonSerializable(typeof(AccessReview))]
[JsonSerializable(typeof(CoreVersions))]
[JsonSerializable(typeof(GroupVersions))]
[JsonSerializable(typeof(ServerVersion))]
[JsonSerializable(typeof(ExecCredentialAnswer))]
internal sealed partial class WireJson : JsonSerializerContext;
