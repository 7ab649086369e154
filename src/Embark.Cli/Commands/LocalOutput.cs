using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Delivery;
using Embark.Planning;

namespace Embark.Cli.Commands;

/// <summary>A folder or an archive on this machine, for VMs that are not reached by SSH.</summary>
internal sealed class LocalOutput : IAsyncDisposable
{
    private readonly DirectorySink? _folder;
    private readonly ArchiveSink? _archive;
    private readonly bool _many;

    private LocalOutput(DirectorySink? folder, ArchiveSink? archive, bool many) => (_folder, _archive, _many) = (folder, archive, many);

    public IPlanSink Sink => (IPlanSink?)_folder ?? _archive!;

    /// <param name="destination">Folder or archive.</param>
    /// <param name="name">What an archive without a name is called after.</param>
    /// <param name="many">Each VM gets a folder of its own name.</param>
    /// <param name="tokens">Asked for each VM.</param>
    public static LocalOutput Open(Destination destination, string name, bool many, TokenIssuer tokens) => destination switch
    {
        Destination.Folder folder => new(new DirectorySink(folder.Path, tokens, TimeProvider.System) { Many = many }, null, many),
        Destination.Archive archive => new(null, new ArchiveSink(
            archive.Path ?? ArchiveSink.FreeName(name, Environment.CurrentDirectory, TimeProvider.System.GetUtcNow()), tokens, TimeProvider.System) { Many = many }, many),
        _ => throw new ArgumentOutOfRangeException(nameof(destination)),
    };

    public async Task CompleteAsync(Terminal terminal, CancellationToken cancellationToken)
    {
        var below = _many ? "NAME/" : "";
        if (_folder is not null)
        {
            await _folder.CompleteAsync(cancellationToken);
            if (!Directory.Exists(_folder.Target)) return;
            terminal.Error.WriteLine($"""
                Generated files have been saved to the directory `{_folder.Target}`
                Next: copy it to the VM, for the account that shall run the proxy alone, and run there
                    {Path.GetFileName(_folder.Target)}/{below}bin/start-istio-proxy.sh
                """);
        }
        else if (_archive is not null)
        {
            await _archive.CompleteAsync(cancellationToken);
            if (!File.Exists(_archive.Target)) return;
            terminal.Error.WriteLine($"""
                Generated files have been saved into the TGZ archive `{_archive.Target}`
                Next: copy it to the VM, for the account that shall run the proxy alone, and run there
                    tar -xvf {Path.GetFileName(_archive.Target)}
                    ./{below}bin/start-istio-proxy.sh
                """);
        }
    }

    public ValueTask DisposeAsync() => _folder?.DisposeAsync() ?? _archive?.DisposeAsync() ?? ValueTask.CompletedTask;
}
