namespace Embark.Planning;

/// <summary>The words of one <c>docker run</c>, in order, around an image that is resolved on the VM.</summary>
public sealed record ContainerSpec
{
    /// <summary>Container name.</summary>
    public required string Name { get; init; }

    /// <summary>Image as configured, such as <c>docker.io/istio/proxyv2:1.30.3</c>; it runs by digest (decision 5) unless <see cref="RunByTag"/>.</summary>
    public required string Image { get; init; }

    /// <summary>True in the tetrate profile: the image runs as configured.</summary>
    public bool RunByTag { get; init; }

    /// <summary>Words between <c>docker run -d</c> and the image.</summary>
    public required IReadOnlyList<string> Options { get; init; }

    /// <summary>Directories of the VM that it sees, as <see cref="Options"/> name them; null in the tetrate profile, where no container is compared.</summary>
    public IReadOnlyList<ContainerMount>? Mounts { get; init; }

    /// <summary>Words after the image.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Path of the environment file on the VM.</summary>
    public required string EnvironmentFile { get; init; }

    /// <summary>Ports that it takes for itself.</summary>
    public required AgentPorts Ports { get; init; }

    /// <summary>Port of the readiness probe: as a rule 15021, or 15121 for the bridge.</summary>
    public int ReadinessPort => Ports.Readiness;

    /// <summary>All words, with <paramref name="image"/> in place.</summary>
    public IReadOnlyList<string> Command(string image) => ["docker", "run", "-d", .. Options, image, .. Arguments];

    /// <summary>The image as a plan without facts shows it.</summary>
    public string ShownImage => RunByTag ? Image : ImageReference.Pinned(Image, $"sha256:{Placeholder.Digest}");
}
