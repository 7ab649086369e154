namespace Embark.Cli.Options;

/// <summary>Where a plan is to go: which sink.</summary>
internal abstract record Destination
{
    private Destination() { }

    /// <summary>To the VM, over SSH.</summary>
    public sealed record Vm : Destination;

    /// <summary>To the terminal.</summary>
    public sealed record Print : Destination;

    /// <summary>To a folder.</summary>
    public sealed record Folder(string Path) : Destination;

    /// <summary>To an archive; null for a name of our choosing in the working directory.</summary>
    public sealed record Archive(string? Path) : Destination;
}
