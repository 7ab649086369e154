using Embark.Cli.Options;
using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Cli.Commands;

/// <summary>All that was said on the command line of a join, typed.</summary>
internal sealed record JoinRequest
{
    public required Selection Selection { get; init; }
    public required Destination Destination { get; init; }
    public required JoinOptions Plan { get; init; }
    public required KubeconfigOptions Cluster { get; init; }
    public required MeshRequest Mesh { get; init; }
    public required SshRequest Ssh { get; init; }
    public required int Parallel { get; init; }
    public required OutputFormat Format { get; init; }
}
