using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Access;

/// <summary>One rule of a Role or ClusterRole. Matching: k8s.io/kubernetes pkg/apis/rbac/v1/evaluation_helpers.go.</summary>
internal sealed record PolicyRule(JsonObject Json)
{
    private readonly string[] _verbs = [.. Json.Texts("verbs")];
    private readonly string[] _groups = [.. Json.Texts("apiGroups")];
    private readonly string[] _resources = [.. Json.Texts("resources")];
    private readonly string[] _names = [.. Json.Texts("resourceNames")];
    private readonly string[] _paths = [.. Json.Texts("nonResourceURLs")];

    public bool IsAboutPaths => _paths.Length > 0;

    public bool Allows(AccessRequest request) => Has(_verbs, request.Verb) &&
        (request.Path is { } path ? _paths.Any(pattern => Covers(pattern, path)) : Has(_groups, request.Group) && CoversResource(request)
            && (_names.Length == 0 || _names.Contains(request.Name)));

    private bool CoversResource(AccessRequest request) => _resources.Any(resource =>
        resource == "*" || resource == request.FullResource || (request.Subresource.Length > 0 && resource == $"*/{request.Subresource}"));

    private static bool Has(string[] allowed, string value) => allowed.Contains("*") || allowed.Contains(value);

    private static bool Covers(string pattern, string path) =>
        pattern == "*" || pattern == path || (pattern.EndsWith('*') && path.StartsWith(pattern[..^1], StringComparison.Ordinal));
}
