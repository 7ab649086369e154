namespace Embark.Controller.Telemetry;

/// <summary>Who told of a call.</summary>
internal enum View { CallerLog, CalleeLog, CallerSpan, CalleeSpan }

/// <summary>Names what is counted together.</summary>
internal readonly record struct CallKey(View View, Workload From, Workload To);

/// <summary>One request or connection, as one side saw it.</summary>
internal readonly record struct Call(CallKey Key)
{
    /// <summary>Answered with 500 and more, or not at all.</summary>
    public bool Failed { get; init; }

    /// <summary>True for a connection, false for a request.</summary>
    public bool Connection { get; init; }

    /// <summary>Null where it means nothing, as with connections.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Null where this side does not know.</summary>
    public bool? MutualTls { get; init; }

    public long Bytes { get; init; }
}
