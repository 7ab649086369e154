namespace Embark.Controller.Telemetry.Spans;

/// <summary>Spans as calls: the caller's says whom it called; the callee's says by whom when the two can be paired.</summary>
internal static class SpanReader
{
    /// <summary>Null when it is not counted; the reason says why.</summary>
    public static Call? Read(Span span, KnownWorkloads known, PairedSpans pairs, out string reason)
    {
        reason = Reasons.HealthProbe;
        if (span.IsProbe)
            return null;
        if (KeyOf(span, known, pairs, out reason) is not { } key)
            return null;
        return new Call(key) { Failed = span.Failed, Duration = span.Duration };
    }

    private static CallKey? KeyOf(Span span, KnownWorkloads known, PairedSpans pairs, out string reason)
    {
        reason = "";
        if (span.IsClient)
        {
            pairs.Remember(span);
            if (span.Cluster.StartsWith("outbound|", StringComparison.Ordinal) && span.Cluster.Split('|') is [_, _, _, var host])
                return new CallKey(View.CallerSpan, span.Workload, known.OfHost(host)); // the peer of an outbound span is the application itself
            if (span.Cluster == "PassthroughCluster")
                return new CallKey(View.CallerSpan, span.Workload, Workload.Elsewhere);
            reason = Reasons.NoDestination;
            return null;
        }

        if (pairs.Caller(span) is { } caller)
            return new CallKey(View.CalleeSpan, caller, span.Workload);
        // One that has a proxy tells of the call itself; at its address may also be a gateway, who is no caller.
        if (known.At(span.Peer) is { } there && !known.Reports(span.Peer))
            return new CallKey(View.CalleeSpan, there, span.Workload);
        if (span.ParentId.Length == 0)
            return new CallKey(View.CalleeSpan, Workload.Caller, span.Workload);
        reason = Reasons.Unpaired; // its other half tells the same
        return null;
    }
}
