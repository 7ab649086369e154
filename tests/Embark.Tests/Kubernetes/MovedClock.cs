namespace Embark.Tests.Kubernetes;

/// <summary>Real time, seen from another place in time.</summary>
internal sealed class MovedClock : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
