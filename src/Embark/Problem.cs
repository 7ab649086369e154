namespace Embark;

/// <summary>One thing wrong with an input, where it stands and what to do.</summary>
/// <param name="Where">Object and path, such as <c>WorkloadEntry bookinfo/ratings-vm spec.address</c>.</param>
/// <param name="What">What is wrong, with the value where it is safe to show.</param>
/// <param name="Fix">The next thing to do.</param>
public sealed record Problem(string Where, string What, string Fix)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Where}: {What}\n    fix: {Fix}";
}
