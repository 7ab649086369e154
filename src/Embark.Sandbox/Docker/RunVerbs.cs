namespace Embark.Sandbox.Docker;

/// <summary><c>docker run</c> and <c>docker create</c>.</summary>
internal static class RunVerbs
{
    public static async Task<int> CreateAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = RunWords.Parse("create", call.Words);
        var (container, _) = await MakeAsync(call, flags, cancellationToken);
        await call.Reply.LineAsync(container.Config.Id, cancellationToken);
        return 0;
    }

    public static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        Container container;
        var flags = RunWords.Parse("run", call.Words);
        try
        {
            (container, var image) = await MakeAsync(call, flags, cancellationToken);
            try
            {
                await container.StartAsync(image, cancellationToken);
            }
            catch (DockerException) when (flags.Has("rm"))
            {
                call.Engine.Remove(container);
                throw;
            }
        }
        catch (DockerException failure) when (failure.Message.StartsWith("Error response", StringComparison.Ordinal))
        {
            // The client of run adds its name and hint, and says 125 unless the program itself was at fault.
            throw new DockerException($"docker: {failure.Message}.\nSee 'docker run --help'.", failure.ExitCode is 126 or 127 ? failure.ExitCode : 125);
        }
        if (flags.Has("detach"))
        {
            await call.Reply.LineAsync(container.Config.Id, cancellationToken);
            if (flags.Has("rm"))
                _ = RemoveAtEndAsync(call.Engine, container);
            return 0;
        }
        await container.Ended.WaitAsync(cancellationToken);
        foreach (var line in container.Log.Read())
            await (line.Error ? call.Reply.ErrorAsync(line.Text + "\n", cancellationToken) : call.Reply.LineAsync(line.Text, cancellationToken));
        if (flags.Has("rm"))
            call.Engine.Remove(container);
        return container.State.ExitCode;
    }

    private static async Task<(Container Container, DockerImage Image)> MakeAsync(Call call, Flags flags, CancellationToken cancellationToken)
    {
        var reference = flags.Rest[0];
        var image = flags.Value("pull") == "always" ? null : call.Engine.Images.Find(reference);
        if (image is null)
        {
            if (flags.Value("pull") == "never")
                throw DockerException.Daemon($"No such image: {reference}", 125);
            await call.Reply.ErrorAsync($"Unable to find image '{ImageName.Parse(reference)}' locally\n", cancellationToken);
            image = call.Engine.Images.Pull(reference);
        }
        return (call.Engine.Create(RunWords.Configure(flags, image, call.Request, call.Engine.Clock)), image);
    }

    private static async Task RemoveAtEndAsync(Engine engine, Container container)
    {
        await container.Ended;
        engine.Remove(container);
    }
}
