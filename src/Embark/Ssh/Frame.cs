namespace Embark.Ssh;

/// <summary>What one ssh connection reports, in order.</summary>
internal abstract record Frame
{
    private Frame() { }

    /// <summary>Script <paramref name="Id"/> has begun on the VM.</summary>
    public sealed record Begun(int Id) : Frame;

    /// <summary>Both streams have shown the end of script <paramref name="Id"/>.</summary>
    public sealed record Ended(int Id, ScriptResult Result) : Frame;

    /// <summary>The ssh process is gone.</summary>
    public sealed record Closed(int ExitCode) : Frame;
}
