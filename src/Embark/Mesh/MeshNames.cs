namespace Embark.Mesh;

/// <summary>Names by which a VM may call the mesh, each with the address where its proxy listens for it.</summary>
/// <param name="Lines">One line a host, in the order of the Sidecar's egress.</param>
/// <param name="IsComplete">False when something could not be read, so that names may be missing.</param>
/// <param name="Warnings">What was left out, and why.</param>
public sealed record MeshNames(IReadOnlyList<NameLine> Lines, bool IsComplete, IReadOnlyList<Problem> Warnings);

/// <summary>Names of one host.</summary>
/// <param name="Address">Loopback address.</param>
/// <param name="Names">The name to use first; then others that mean the same.</param>
public sealed record NameLine(string Address, IReadOnlyList<string> Names)
{
    /// <summary>As <c>/etc/hosts</c> writes it.</summary>
    public override string ToString() => $"{Address} {string.Join(' ', Names)}";
}
