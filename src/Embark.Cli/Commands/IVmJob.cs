namespace Embark.Cli.Commands;

/// <summary>A job as the command line runs it: once for each VM, then once for all.</summary>
internal interface IVmJob : IAsyncDisposable
{
    /// <summary>Kind of its report.</summary>
    string Name { get; }

    /// <summary>Does one VM.</summary>
    Task<Done> RunAsync(VmRun run, CancellationToken cancellationToken);

    /// <summary>Every VM has had its turn.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}
