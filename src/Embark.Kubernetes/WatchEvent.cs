namespace Embark.Kubernetes;

/// <summary>One change seen by a watch.</summary>
public abstract record WatchEvent<T>
{
    private WatchEvent() { }

    /// <summary>The object is there, new or changed.</summary>
    public sealed record Applied(T Value) : WatchEvent<T>;

    /// <summary>The object is gone; <paramref name="Value"/> is its last known state.</summary>
    public sealed record Deleted(T Value) : WatchEvent<T>;

    /// <summary>A whole new listing is complete: what was not applied since the previous mark is gone.</summary>
    public sealed record Listed(IReadOnlyList<T> All) : WatchEvent<T>;
}
