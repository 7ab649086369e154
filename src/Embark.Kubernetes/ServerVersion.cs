namespace Embark.Kubernetes;

/// <summary>What the API server says of itself (<c>/version</c>).</summary>
/// <param name="Major">Such as <c>1</c>.</param>
/// <param name="Minor">Such as <c>32</c>; some providers add a <c>+</c>.</param>
/// <param name="GitVersion">Such as <c>v1.32.4</c>.</param>
public sealed record ServerVersion(string? Major, string? Minor, string? GitVersion);
