namespace Embark.Sandbox.Docker;

/// <summary><c>docker pull</c> and <c>docker rmi</c>.</summary>
internal static class ImageVerbs
{
    public static async Task<int> PullAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("pull", "q|quiet a|all-tags platform= disable-content-trust");
        if (flags.Rest is not [var reference])
            throw new DockerException("\"docker pull\" requires exactly 1 argument.\nSee 'docker pull --help'.");
        var name = ImageName.Parse(reference);
        var before = call.Engine.Images.Find(reference);
        if (!flags.Has("quiet"))
            await call.Reply.LineAsync($"{name.Tag ?? name.Digest}: Pulling from {(name.Repository.Contains('/') ? name.Repository : $"library/{name.Repository}")}", cancellationToken);
        var image = call.Engine.Images.Pull(reference);
        if (!flags.Has("quiet"))
        {
            await call.Reply.LineAsync($"Digest: {image.Digest}", cancellationToken);
            await call.Reply.LineAsync($"Status: {(before?.Id == image.Id ? "Image is up to date for" : "Downloaded newer image for")} {name}", cancellationToken);
        }
        await call.Reply.LineAsync(reference.Contains('.', StringComparison.Ordinal) ? reference : $"docker.io/{name}", cancellationToken);
        return 0;
    }

    public static async Task<int> RemoveAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("rmi", "f|force no-prune");
        var code = 0;
        foreach (var reference in flags.Rest)
        {
            if (call.Engine.Images.Find(reference) is not { } image)
            {
                await call.Reply.ErrorAsync($"Error: No such image: {reference}\n", cancellationToken);
                code = 1;
            }
            else if (!flags.Has("force") && call.Engine.Containers.FirstOrDefault(container => container.Config.ImageId == image.Id) is { } user)
            {
                await call.Reply.ErrorAsync(
                    $"Error response from daemon: conflict: unable to remove repository reference \"{reference}\" (must force) - container {user.Config.ShortId} is using its referenced image {image.Id[7..19]}\n",
                    cancellationToken);
                code = 1;
            }
            else
            {
                call.Engine.Images.Remove(image);
                await call.Reply.LineAsync($"Deleted: {image.Id}", cancellationToken);
            }
        }
        return code;
    }
}
