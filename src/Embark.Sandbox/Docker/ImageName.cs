using System.Text.RegularExpressions;

namespace Embark.Sandbox.Docker;

/// <summary>A reference to an image, in docker's short form: <c>docker.io</c> and <c>library</c> left out, tag <c>latest</c> filled in.</summary>
internal sealed partial record ImageName(string Repository, string? Tag, string? Digest)
{
    public static ImageName Parse(string text)
    {
        var match = Grammar().Match(text);
        if (!match.Success)
            throw new DockerException("invalid reference format" + (text.Any(char.IsAsciiLetterUpper) ? ": repository name must be lowercase" : ""), 125);
        var repository = match.Groups["repository"].Value;
        foreach (var prefix in new[] { "docker.io/", "index.docker.io/", "library/" })
            if (repository.StartsWith(prefix, StringComparison.Ordinal))
                repository = repository[prefix.Length..];
        var digest = match.Groups["digest"] is { Success: true } d ? d.Value : null;
        var tag = match.Groups["tag"] is { Success: true } t ? t.Value : digest is null ? "latest" : null;
        return new(repository, tag, digest);
    }

    /// <summary>Last part of the repository.</summary>
    public string Program => Repository[(Repository.LastIndexOf('/') + 1)..];

    public override string ToString() => Repository + (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");

    [GeneratedRegex(@"^(?<repository>(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$")]
    private static partial Regex Grammar();
}
