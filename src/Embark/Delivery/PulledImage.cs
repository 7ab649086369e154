using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>The image as it is on the VM after a pull, and what to run it by (decision 5).</summary>
/// <param name="Reference"><c>repository@sha256:…</c>, or the image id where it has no digest.</param>
/// <param name="Warning">Why it is not certain to be the registry's; null when it is.</param>
internal sealed partial record PulledImage(string Reference, string? Warning)
{
    /// <exception cref="EmbarkException">It is not there (class 10: nothing was changed), or it is for another machine (class 9).</exception>
    public static PulledImage Read(string image, ScriptResult result, string? serverOs, string? serverArchitecture)
    {
        var text = RemoteText.Printable(ContainerState.Part(result.Output, "text ")).Trim();
        var inspected = ContainerState.Json(ContainerState.Part(result.Output, "image "));
        if (inspected is null)
            throw new EmbarkException(FailureClass.ApplyFailed, $"the image {image} cannot be pulled, and it is not on the VM: {text}\nnothing was changed; a proxy that ran before still runs", Fix(image, text));

        CheckMachine(image, inspected, serverOs, serverArchitecture);
        var pulled = result.Output.Contains("pulled yes\n", StringComparison.Ordinal);
        var repository = ImageReference.RepositoryOf(image);
        var digest = Digest(inspected, repository);
        var id = inspected["Id"]?.ToString() ?? "";
        if (digest is null && !ImageId().IsMatch(id))
            throw new EmbarkException(FailureClass.ApplyFailed, $"the image {image} has neither a digest nor an id on the VM", "see `docker image inspect` on the VM");
        return new PulledImage(
            image.Contains('@', StringComparison.Ordinal) ? image : digest is null ? id : $"{repository}@{digest}",
            pulled && digest is not null ? null
                : $"the image {image} was not pulled ({(text.Length == 0 ? "no registry" : text.Split('\n')[^1])}); the one that is on the VM runs, as {digest ?? id}");
    }

    private static void CheckMachine(string image, JsonObject inspected, string? serverOs, string? serverArchitecture)
    {
        var (os, architecture) = (inspected["Os"]?.ToString(), inspected["Architecture"]?.ToString());
        if ((serverArchitecture is null || architecture == serverArchitecture) && (serverOs is null || os == serverOs)) return;
        throw new EmbarkException(FailureClass.VmNotReady,
            $"the image {image} is for {RemoteText.Printable($"{os}/{architecture}")}, but the VM's Docker server runs {RemoteText.Printable($"{serverOs}/{serverArchitecture}")}; nothing was changed",
            "use an image for this architecture, or one that has it among others");
    }

    /// <summary>The digest in the repository that was asked for; Docker writes docker.io's repositories without that name.</summary>
    private static string? Digest(JsonObject inspected, string repository)
    {
        if (inspected["RepoDigests"] is not JsonArray digests) return null;
        var familiar = Familiar(repository);
        return digests.Select(d => d?.ToString().Split('@')).Where(d => d is { Length: 2 } && Familiar(d[0]) == familiar && DigestText().IsMatch(d[1])).Select(d => d![1]).FirstOrDefault();
    }

    private static string Familiar(string repository)
    {
        foreach (var prefix in new[] { "index.docker.io/", "docker.io/" })
            if (repository.StartsWith(prefix, StringComparison.Ordinal)) repository = repository[prefix.Length..];
        return repository.StartsWith("library/", StringComparison.Ordinal) ? repository["library/".Length..] : repository;
    }

    private static string Fix(string image, string text) =>
        text.Contains("no space left", StringComparison.OrdinalIgnoreCase) ? "free some space where Docker keeps its images (docker system df), then run again"
        : text.Contains("unauthorized", StringComparison.OrdinalIgnoreCase) || text.Contains("denied", StringComparison.OrdinalIgnoreCase)
            ? $"log in on the VM (docker login), or drop the annotation proxy-image-hub or proxyImage if {ImageReference.RepositoryOf(image)} is not what you mean"
        : text.Contains("toomanyrequests", StringComparison.OrdinalIgnoreCase) || text.Contains("429", StringComparison.Ordinal) ? "the registry limits pulls: wait, or log in on the VM (docker login)"
        : text.Contains("not found", StringComparison.OrdinalIgnoreCase) || text.Contains("manifest unknown", StringComparison.OrdinalIgnoreCase) || text.Contains("404", StringComparison.Ordinal)
            ? "drop the annotation proxy-image-hub or proxyImage, or correct it"
        : "let the VM reach the registry, or load the image there by hand (docker load), then run again";

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z")]
    private static partial Regex DigestText();

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z")]
    private static partial Regex ImageId();
}
