namespace Embark.Sandbox.Tests.Mesh;

/// <summary>One proxy of a mesh: who it is, and what its environment tells istiod.</summary>
internal sealed record MeshMember(string Role, string Name, string Namespace, string Account, string Address, params IReadOnlyList<(string Name, string Value)> Metadata);
