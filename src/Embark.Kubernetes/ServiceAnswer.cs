namespace Embark.Kubernetes;

/// <summary>What the program behind a Service answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">Its body, as it came.</param>
public sealed record ServiceAnswer(int Status, ReadOnlyMemory<byte> Body);
