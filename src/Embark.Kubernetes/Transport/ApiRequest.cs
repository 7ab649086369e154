namespace Embark.Kubernetes.Transport;

/// <summary>One request to the API, with what it does in the words of RBAC.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query below the server's address; begins with a slash.</param>
/// <param name="Action">For messages and for the right that it needs.</param>
internal sealed record ApiRequest(HttpMethod Method, string Path, ApiAction Action)
{
    public byte[]? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>True when doing it twice does no harm: it is tried again without being asked to (decision 14).</summary>
    public bool Repeatable { get; init; } = Method == HttpMethod.Get;
}

/// <summary>What a request does, in the words of RBAC.</summary>
internal sealed record ApiAction(string Verb, string Group, string Resource, string? Namespace, string? Name)
{
    /// <summary>Such as <c>get workloadentries.networking.istio.io bookinfo/ratings-vm</c>.</summary>
    public override string ToString()
    {
        var resource = Group.Length == 0 ? Resource : $"{Resource}.{Group}";
        return (Namespace, Name) switch
        {
            (null, null) => $"{Verb} {resource}",
            (null, _) => $"{Verb} {resource} {Name}",
            (_, null) => $"{Verb} {resource} in namespace {Namespace}",
            _ => $"{Verb} {resource} {Namespace}/{Name}",
        };
    }
}
