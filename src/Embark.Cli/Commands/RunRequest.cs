using Embark.Cli.Options;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Cli.Commands;

/// <summary>All that was said on the command line of a job over VMs, typed.</summary>
internal sealed record RunRequest
{
    public required Selection Selection { get; init; }
    public required Destination Destination { get; init; }
    public required KubeconfigOptions Cluster { get; init; }
    public required MeshReaderOptions Mesh { get; init; }
    public required SshRequest Ssh { get; init; }
    public required int Parallel { get; init; }

    /// <summary>Null: no data on standard output.</summary>
    public required OutputFormat? Format { get; init; }
}
