namespace Embark.Checks;

/// <summary>Why a VM did not join, recognised from what its proxy says and has.</summary>
/// <param name="Name">Short name that stays the same, such as <c>wrong-cluster-id</c>.</param>
/// <param name="What">The cause, with the values that were seen; safe for a terminal.</param>
/// <param name="Fix">The next thing to do.</param>
public sealed record KnownCause(string Name, string What, string Fix);
