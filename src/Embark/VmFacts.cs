namespace Embark;

/// <summary>What one read-only script learned of a VM, before planning (decision 2).</summary>
public sealed record VmFacts
{
    /// <summary>Numeric user id of the SSH user.</summary>
    public required int Uid { get; init; }

    /// <summary>Numeric primary group id of the SSH user.</summary>
    public required int Gid { get; init; }

    /// <summary>Home directory of the SSH user.</summary>
    public required string Home { get; init; }

    /// <summary>Directory on the VM that was examined: the entry's annotation, or the default for this user.</summary>
    public required string Directory { get; init; }

    /// <summary>The VM's clock when the script ran.</summary>
    public required DateTimeOffset Clock { get; init; }

    /// <summary>Machine architecture as <c>uname -m</c> says it.</summary>
    public required string Architecture { get; init; }

    /// <summary>SHA-256 (hex) of each regular file of ours that is there, by absolute path. Tokens and keys included: as hashes only.</summary>
    public required IReadOnlyDictionary<string, string> FileHashes { get; init; }

    /// <summary>Modes of the files and directories of ours that are there, by absolute path.</summary>
    public required IReadOnlyDictionary<string, UnixFileMode> Modes { get; init; }

    /// <summary>Text of our own <c>manifest.json</c>; null when there is none.</summary>
    public string? Manifest { get; init; }

    /// <summary>The workload certificate in <c>certs/cert-chain.pem</c>; null when there is none that can be read.</summary>
    public CertificateFacts? Certificate { get; init; }

    /// <summary>Containers with the planned name, its <c>.bridge</c> and <c>.old</c>, and all with our label.</summary>
    public required IReadOnlyList<ContainerFacts> Containers { get; init; }

    /// <summary>Addresses on the VM's interfaces, without prefix length.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Text of <c>/etc/hosts</c>; null when it could not be read.</summary>
    public string? HostsFile { get; init; }

    /// <summary>Listening TCP sockets, <c>address:port</c>, with the owner where it can be seen.</summary>
    public required IReadOnlyList<ListeningSocket> Listening { get; init; }
}

/// <summary>The workload certificate that is on the VM.</summary>
/// <param name="SpiffeId">Its URI SAN; null when it has none.</param>
/// <param name="NotBefore">Start of validity.</param>
/// <param name="NotAfter">End of validity.</param>
/// <param name="KeyMatches">Whether the key beside it is its own.</param>
public sealed record CertificateFacts(string? SpiffeId, DateTimeOffset NotBefore, DateTimeOffset NotAfter, bool KeyMatches);

/// <summary>One container on the VM.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Running">Whether it runs and is not restarting.</param>
/// <param name="Labels">Its labels; ours begin with <c>embark.</c></param>
/// <param name="User">The <c>--user</c> it runs as; empty for the image's own.</param>
/// <param name="Image">Image id.</param>
public sealed record ContainerFacts(string Name, bool Running, IReadOnlyDictionary<string, string> Labels, string User, string Image)
{
    /// <summary>The image as it was named when the container was made; null where that is not known.</summary>
    public string? NamedImage { get; init; }

    /// <summary>Words after the image; null where they are not known.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>Directories of the VM that it sees; null where they are not known.</summary>
    public IReadOnlyList<ContainerMount>? Mounts { get; init; }
}

/// <summary>A directory of the VM that a container sees.</summary>
/// <param name="Source">Path on the VM.</param>
/// <param name="Target">Path in the container.</param>
/// <param name="ReadOnly">Whether the container may only read it.</param>
public sealed record ContainerMount(string Source, string Target, bool ReadOnly);

/// <summary>One listening socket.</summary>
/// <param name="Address">Local address; <c>*</c> or <c>0.0.0.0</c> for all.</param>
/// <param name="Port">Local port.</param>
/// <param name="Owner">Process name where it can be seen; else null.</param>
public sealed record ListeningSocket(string Address, int Port, string? Owner);
