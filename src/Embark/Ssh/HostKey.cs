namespace Embark.Ssh;

/// <summary>The host key a server showed, and that nobody has vouched for yet.</summary>
/// <param name="Target">Whose key it is said to be.</param>
/// <param name="Type">Algorithm, such as <c>ssh-ed25519</c>.</param>
/// <param name="Fingerprint"><c>SHA256:…</c>, as ssh-keygen -l prints it.</param>
public sealed record HostKey(SshTarget Target, string Type, string Fingerprint);
