using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Embark.Sandbox.Docker;

/// <summary>
/// Images of the VM. The registry behind it is made up: any proxyv2 and any ratings image of Bookinfo are the sandbox's own
/// programs; other names do not exist. Faults for tests are lines in a file (see <see cref="Faults"/>).
/// </summary>
internal sealed class ImageStore
{
    private readonly string _file;
    private readonly List<DockerImage> _images;

    /// <summary>This machine, in the words of images.</summary>
    public static string OwnArchitecture { get; } = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    public ImageStore(string directory)
    {
        _file = Path.Combine(directory, "images.json");
        _images = File.Exists(_file) ? JsonSerializer.Deserialize(File.ReadAllText(_file), DockerJson.Default.ListDockerImage)! : [];
    }

    public IReadOnlyList<DockerImage> All
    {
        get
        {
            lock (_images)
                return [.. _images];
        }
    }

    /// <summary>An image that is here, by name, digest, or id (also shortened); null when it is not.</summary>
    public DockerImage? Find(string reference)
    {
        var id = reference.StartsWith("sha256:", StringComparison.Ordinal) ? reference[7..] : reference;
        lock (_images)
        {
            if (id.Length is >= 6 and <= 64 && id.All(char.IsAsciiHexDigitLower)
                && _images.Find(image => image.Id.AsSpan(7).StartsWith(id, StringComparison.Ordinal)) is { } byId)
                return byId;
            if (reference.StartsWith("sha256:", StringComparison.Ordinal))
                return null;
            var name = ImageName.Parse(reference);
            return _images.Find(image => image.Repository == name.Repository
                && (name.Digest is null ? image.Tags.Contains(name.Tag) : image.Digest == name.Digest));
        }
    }

    /// <summary>Fetches an image as from its registry; throws with docker's words.</summary>
    public DockerImage Pull(string reference)
    {
        var name = ImageName.Parse(reference);
        var faults = Faults.Read();
        faults.ThrowOnPull(name);
        var image = Offer(name, faults) ?? throw DockerException.Daemon($"manifest for {name} not found: manifest unknown: manifest unknown");
        if (name.Digest is not null && name.Digest != image.Digest)
        {
            if (Find(reference) is { } present)
                return present;
            throw DockerException.Daemon($"manifest for {name} not found: manifest unknown: manifest unknown");
        }
        lock (_images)
        {
            for (var i = 0; i < _images.Count; i++)
                if (_images[i].Repository == image.Repository && name.Tag is not null)
                    _images[i] = _images[i] with { Tags = [.. _images[i].Tags.Where(tag => tag != name.Tag)] };
            var at = _images.FindIndex(other => other.Id == image.Id && other.Repository == image.Repository);
            if (at < 0)
                _images.Add(image);
            else
                _images[at] = image = image with { Tags = [.. _images[at].Tags.Union(image.Tags)] };
            Save();
        }
        return image;
    }

    public bool Remove(DockerImage image)
    {
        lock (_images)
        {
            var removed = _images.RemoveAll(other => other.Id == image.Id) > 0;
            Save();
            return removed;
        }
    }

    /// <summary>The image that the made-up registry has under a name; null when it has none.</summary>
    public static DockerImage? Offer(ImageName name, Faults faults)
    {
        IReadOnlyList<string>? entrypoint = name.Program switch
        {
            "proxyv2" when faults.Program is { } text => ["/bin/sh", "-c", text, "pilot-agent"],
            "proxyv2" => ["/usr/local/bin/pilot-agent"],
            var p when p.StartsWith("examples-bookinfo-ratings", StringComparison.Ordinal) => ["/usr/local/bin/ratings"],
            "busybox" or "debian" => [],
            _ => null,
        };
        if (entrypoint is null)
            return null;
        var architecture = faults.Architecture ?? OwnArchitecture;
        var content = $"{name.Program}\n{name.Tag ?? "latest"}\n{architecture}\n{string.Join(' ', entrypoint)}";
        return new()
        {
            Id = "sha256:" + Hash("image\n" + content),
            Repository = name.Repository,
            Tags = name.Tag is null ? [] : [name.Tag],
            Digest = "sha256:" + Hash("manifest\n" + content),
            Architecture = architecture,
            Entrypoint = entrypoint,
            Created = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        };
    }

    private void Save() => File.WriteAllText(_file, JsonSerializer.Serialize(_images, DockerJson.Default.ListDockerImage));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
