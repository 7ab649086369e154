namespace Embark.Kubernetes;

/// <summary>Namespace and name of an object; prints as <c>namespace/name</c>.</summary>
public readonly record struct NamespacedName(string Namespace, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Namespace}/{Name}";
}
