namespace Embark.Sandbox.ApiServer.Access;

/// <summary>What a user wants to do: with a resource, or with a path that is none.</summary>
internal sealed record AccessRequest(string Verb)
{
    public string Group { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Set when it is about a path such as <c>/version</c>.</summary>
    public string? Path { get; init; }

    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
}
