using Embark.Mesh;
using Embark.Ssh;

namespace Embark.Cli.Options;

/// <summary>What <see cref="SshFlags"/> said; null where nothing was said.</summary>
internal sealed record SshRequest
{
    public string? User { get; init; }
    public int? Port { get; init; }
    public string? KeyFile { get; init; }
    public string? ConfigFile { get; init; }
    public bool AskPassword { get; init; }
    public TimeSpan? ConnectTimeout { get; init; }
    public TimeSpan? RunTimeout { get; init; }

    /// <summary>User and port for entries that name none.</summary>
    public MeshReaderOptions Over(MeshReaderOptions options) => options with { SshUser = User ?? options.SshUser, SshPort = Port ?? options.SshPort };

    public SshOptions ToOptions(Func<HostKey, CancellationToken, Task<bool>>? confirm)
    {
        var options = new SshOptions { ConfigFile = ConfigFile, KeyFile = KeyFile, AskPassword = AskPassword, ConfirmHostKey = confirm };
        return ConnectTimeout is { } limit ? options with { ConnectTimeout = limit } : options;
    }
}
