namespace Embark.Kubernetes;

/// <summary>Narrows a list or a watch.</summary>
public sealed record ListOptions
{
    /// <summary>No narrowing.</summary>
    public static ListOptions All { get; } = new();

    /// <summary>Label selector as kubectl writes it; null for none.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector as kubectl writes it; null for none.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Objects asked for at a time; the server may give fewer. Default 500, as kubectl.</summary>
    public int PageSize { get; init; } = 500;
}
