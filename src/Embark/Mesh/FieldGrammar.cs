namespace Embark.Mesh;

/// <summary>What a value of one kind may look like.</summary>
/// <param name="Description">For people: completes the sentence "must be …".</param>
/// <param name="Accepts">True when the value is well-formed.</param>
internal sealed record FieldGrammar(string Description, Func<string, bool> Accepts);
