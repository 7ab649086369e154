using System.Text.Json.Serialization;

namespace Embark.Sandbox.Docker;

/// <summary>A container as it was asked for.</summary>
internal sealed record ContainerConfig
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Image as it was named.</summary>
    public required string Image { get; init; }
    public required string ImageId { get; init; }
    public required IReadOnlyList<string> Entrypoint { get; init; }
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary><c>NAME=value</c>, in order.</summary>
    public required IReadOnlyList<string> Environment { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required IReadOnlyList<ContainerMount> Mounts { get; init; }

    /// <summary>Options of tmpfs by path.</summary>
    public required IReadOnlyDictionary<string, string> Tmpfs { get; init; }

    /// <summary><c>name:address</c>.</summary>
    public required IReadOnlyList<string> ExtraHosts { get; init; }
    public required IReadOnlyList<string> CapAdd { get; init; }
    public required IReadOnlyList<string> CapDrop { get; init; }
    public required IReadOnlyList<string> SecurityOptions { get; init; }
    public required IReadOnlyList<string> GroupAdd { get; init; }
    public required IReadOnlyList<string> Publish { get; init; }
    public required IReadOnlyDictionary<string, string> LogOptions { get; init; }

    /// <summary><c>no</c>, <c>always</c>, <c>unless-stopped</c> or <c>on-failure</c>.</summary>
    public string RestartPolicy { get; init; } = "no";
    public int MaximumRetries { get; init; }
    public string Network { get; init; } = "default";
    public string User { get; init; } = "";
    public string Directory { get; init; } = "/";
    public string LogDriver { get; init; } = "json-file";
    public bool ReadOnly { get; init; }
    public bool AutoRemove { get; init; }
    public bool Privileged { get; init; }

    /// <summary>In bytes; 0 for none. Shown, not enforced.</summary>
    public long Memory { get; init; }

    /// <summary>In billionths of a processor; 0 for none. Shown, not enforced.</summary>
    public long NanoCpus { get; init; }

    [JsonIgnore]
    public IReadOnlyList<string> Command => [.. Entrypoint, .. Arguments];

    [JsonIgnore]
    public string ShortId => Id[..12];
}

/// <summary>A directory or file of the VM inside the container; <c>ByVolumeFlag</c>: given by <c>-v</c>, which makes what is missing, not by <c>--mount</c>.</summary>
internal sealed record ContainerMount(string Source, string Target, bool ReadOnly, bool ByVolumeFlag);

/// <summary>How a container is, kept over restarts of the engine.</summary>
internal sealed record ContainerState
{
    public string Status { get; init; } = "created";
    public int Pid { get; init; }
    public int ExitCode { get; init; }
    public string Error { get; init; } = "";
    public int RestartCount { get; init; }

    /// <summary>Ended by a person: stays down although its policy is unless-stopped.</summary>
    public bool StoppedByHand { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset FinishedAt { get; init; }

    [JsonIgnore]
    public bool Running => Status is "running" or "restarting";
}

/// <summary>One image that the VM has.</summary>
internal sealed record DockerImage
{
    public required string Id { get; init; }

    /// <summary>Repository in the short form, such as <c>istio/proxyv2</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>Tags under which it was pulled.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary><c>sha256:…</c> of its manifest.</summary>
    public required string Digest { get; init; }
    public required string Architecture { get; init; }
    public required IReadOnlyList<string> Entrypoint { get; init; }
    public required DateTimeOffset Created { get; init; }
}

[JsonSerializable(typeof(ContainerConfig))]
[JsonSerializable(typeof(ContainerState))]
[JsonSerializable(typeof(List<DockerImage>))]
internal sealed partial class DockerJson : JsonSerializerContext;
