using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;

namespace Embark.Cli.Commands;

/// <summary>The flags of a job that works on VMs: which ones, of which cluster and mesh, how they are reached and how it is told.</summary>
internal sealed class VmJobFlags
{
    private readonly SelectionFlags _selection;
    private readonly ClusterFlags _cluster;
    private readonly MeshFlags _mesh;
    private readonly SshFlags _ssh;
    private readonly Option<int?> _parallel = Flag.Number("--parallel", 1, 256, "VMs worked on at a time; 16 if not given");
    private readonly Option<OutputFormat?> _format = OutputFlag.Make();

    public VmJobFlags(Command command)
    {
        _selection = new SelectionFlags(command);
        _cluster = new ClusterFlags(command);
        _mesh = new MeshFlags(command);
        _ssh = new SshFlags(command);
        command.Add(_parallel);
        command.Add(_format);
    }

    /// <summary>Problems are added to <paramref name="errors"/>; then what is returned is not to be used.</summary>
    public RunRequest Read(ParseResult parsed, List<string> errors)
    {
        var chosen = _selection.Read(parsed, _cluster.Namespace(parsed), errors);
        var reach = _ssh.Read(parsed, Terminal.CanAsk, many: chosen.Name is null, errors);
        return new RunRequest
        {
            Selection = chosen,
            Destination = new Destination.Vm(),
            Cluster = _cluster.Read(parsed),
            Mesh = reach.Over(_mesh.Read(parsed, errors)),
            Ssh = reach,
            Parallel = parsed.GetValue(_parallel) ?? Fleet.DefaultParallel,
            Format = parsed.GetValue(_format),
        };
    }
}
