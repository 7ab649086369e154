using System.Text.Json.Nodes;

namespace Embark.Delivery;

/// <summary>The answers of the read-only script, typed but not judged: the facts come from here, and the preflight looks at them.</summary>
internal sealed record VmAnswers
{
    public required IReadOnlyList<string> MissingTools { get; init; }
    public required string System { get; init; }
    public required string Machine { get; init; }
    public required DateTimeOffset Clock { get; init; }
    public required int Uid { get; init; }
    public required int Gid { get; init; }
    public required string User { get; init; }
    public required string Home { get; init; }
    public required bool HomeExists { get; init; }
    public required string Directory { get; init; }

    /// <summary>Every part of the way to <see cref="Directory"/> that exists, from <c>/</c> down.</summary>
    public required IReadOnlyList<PathAnswer> Way { get; init; }

    /// <summary>What is in <see cref="Directory"/> and is ours by name; names relative to it.</summary>
    public required IReadOnlyList<PathAnswer> Own { get; init; }

    /// <summary>SHA-256 by name relative to <see cref="Directory"/>.</summary>
    public required IReadOnlyDictionary<string, string> Hashes { get; init; }

    /// <summary>Whether the deepest part of the way that exists can be written to.</summary>
    public required bool Writable { get; init; }

    public required bool ReadOnlyFileSystem { get; init; }
    public long? FreeKib { get; init; }
    public long? FreeInodes { get; init; }
    public string? Manifest { get; init; }

    /// <summary>PEM text of certs/cert-chain.pem.</summary>
    public string? Certificate { get; init; }

    /// <summary><c>matches</c>, <c>differs</c> or <c>absent</c>; null where the VM could not tell (no openssl).</summary>
    public string? Key { get; init; }

    /// <summary>An earlier run was starting a container where none was, and did not come to its end.</summary>
    public required bool Starting { get; init; }

    /// <summary>Id of a foreign container that an earlier run took over and did not come to its end; null for none.</summary>
    public string? AdoptedId { get; init; }

    /// <summary>Text of /etc/hosts; null when it could not be read.</summary>
    public string? HostsFile { get; init; }

    public required IReadOnlyList<string> Addresses { get; init; }
    public required IReadOnlyList<SocketAnswer> Sockets { get; init; }

    /// <summary>Null when the script did not ask.</summary>
    public DockerAnswer? Docker { get; init; }
}

/// <summary>One path: <paramref name="Mode"/> is <c>st_mode</c> with the file type.</summary>
internal sealed record PathAnswer(string Name, int Mode, int Uid, int Gid)
{
    public bool IsDirectory => (Mode & 0xF000) == 0x4000;
    public bool IsFile => (Mode & 0xF000) == 0x8000;
    public bool IsLink => (Mode & 0xF000) == 0xA000;
    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0xFFF);
    public string Octal => Convert.ToString(Mode & 0xFFF, 8).PadLeft(4, '0');
}

/// <summary>One listening socket; <paramref name="Process"/> is null where only root may see it.</summary>
internal sealed record SocketAnswer(string Address, int Port, int Uid, string? Process);

/// <summary>What the docker client said.</summary>
/// <param name="ExitCode">Of <c>docker version</c>: 127 no client, 124 no answer in time.</param>
/// <param name="Text">What it printed.</param>
internal sealed record DockerAnswer(int ExitCode, string Text)
{
    public JsonNode? Version { get; init; }

    /// <summary><c>docker info</c>; null when it gave none.</summary>
    public JsonNode? Info { get; init; }

    /// <summary><c>systemctl is-enabled docker</c>; empty without systemd.</summary>
    public string AtBoot { get; init; } = "";

    public string? ServerOs => Version?["Server"]?["Os"]?.ToString();

    public string? ServerArchitecture => Version?["Server"]?["Arch"]?.ToString();

    public IReadOnlyList<ContainerAnswer> Containers { get; init; } = [];
}

/// <summary>One container as <c>docker inspect</c> shows it; the status is created, running, restarting, exited, paused, or dead.</summary>
internal sealed record ContainerAnswer(string Name, string Status, IReadOnlyDictionary<string, string> Labels, string User, string Image)
{
    public const string ManagedLabel = "embark.managed";

    public const string WorkloadLabel = "embark.workload-entry";

    public string Id { get; init; } = "";

    /// <summary>The image as it was named; null where inspect does not say it.</summary>
    public string? NamedImage { get; init; }

    /// <summary>Words after the image; null where inspect does not say them.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>Bind mounts; null where inspect does not say them.</summary>
    public IReadOnlyList<ContainerMount>? Mounts { get; init; }

    public bool IsOurs => Labels.TryGetValue(ManagedLabel, out var managed) && managed == "true";
}
