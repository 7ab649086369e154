namespace Embark.Kubernetes;

/// <summary>Metadata that every object carries (Kubernetes ObjectMeta); absent members are null.</summary>
public sealed record ObjectMeta
{
    /// <summary>Name, unique per kind and namespace.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace; null for objects of the whole cluster.</summary>
    public string? Namespace { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Unique id given by the server.</summary>
    public string? Uid { get; init; }

    /// <summary>Opaque version of this state of the object.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Counts changes of the wanted state; null for kinds that do not count.</summary>
    public long? Generation { get; init; }

    /// <summary>When the server made the object.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>Set when deletion was asked for.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }
}
