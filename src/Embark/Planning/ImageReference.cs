using Embark.Mesh;

namespace Embark.Planning;

/// <summary>Which image the proxy runs (sidecar-bootstrap 3.2 and 5.5), and how it is pinned.</summary>
public static class ImageReference
{
    /// <summary>The annotation's complete image, else the mesh's under the entry's or the mesh's hub. Nothing is guessed.</summary>
    internal static string For(MeshSettings mesh, VmSettings vm, Findings findings)
    {
        var image = Chosen(mesh, vm, findings);
        // An annotation has been held against the policy where it was read.
        if (vm.Image is null && vm.ImageHub is null) vm.Policy.CheckImage(image, "injector values global.hub", findings);
        return image;
    }

    private static string Chosen(MeshSettings mesh, VmSettings vm, Findings findings)
    {
        if (vm.Image is { } complete) return complete;
        if (mesh.Image.Name.Contains('/', StringComparison.Ordinal)) return mesh.Image.Name;
        if ((vm.ImageHub ?? mesh.Image.Hub) is not { } hub)
        {
            findings.Refuse("injector values global.hub", "is absent, and the entry names no image", $"set the annotation {Annotations.ImageHub} or {Annotations.ProxyImage}");
            hub = "absent";
        }
        if (mesh.Image.Tag is not { Length: > 0 } tag)
        {
            findings.Refuse("injector values global.tag", "is absent or empty; no tag is guessed", $"set the annotation {Annotations.ProxyImage} to a complete image, or the tag in the mesh's values");
            tag = "absent";
        }
        return $"{hub.TrimEnd('/')}/{mesh.Image.Name}:{tag}{(mesh.Image.Variant is { } variant ? $"-{variant}" : "")}";
    }

    /// <summary><c>repository@digest</c> of an image; an image that has a digest already stays as it is.</summary>
    /// <param name="image">Image as configured.</param>
    /// <param name="digest">Such as <c>sha256:…</c>.</param>
    public static string Pinned(string image, string digest) =>
        image.Contains('@', StringComparison.Ordinal) ? image : $"{RepositoryOf(image)}@{digest}";

    /// <summary>The image without tag and digest.</summary>
    public static string RepositoryOf(string image)
    {
        var bare = image.Split('@')[0];
        var colon = bare.LastIndexOf(':');
        return colon > bare.LastIndexOf('/') ? bare[..colon] : bare;
    }
}
