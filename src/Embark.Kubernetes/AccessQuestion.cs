namespace Embark.Kubernetes;

/// <summary>May the current user do this? (SelfSubjectAccessReview resourceAttributes.)</summary>
/// <param name="Verb">Such as <c>get</c> or <c>create</c>.</param>
/// <param name="Group">API group; empty for core.</param>
/// <param name="Resource">Plural, such as <c>serviceaccounts</c>.</param>
public sealed record AccessQuestion(string Verb, string Group, string Resource)
{
    /// <summary>Such as <c>token</c>; null for none.</summary>
    public string? Subresource { get; init; }

    /// <summary>Null for objects of the whole cluster.</summary>
    public string? Namespace { get; init; }

    /// <summary>Null for any name.</summary>
    public string? Name { get; init; }
}
