namespace Embark.Sandbox.Docker;

/// <summary><c>docker exec</c>.</summary>
internal static class ExecVerb
{
    public static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = Flags.Parse("exec", call.Words, "i|interactive t|tty d|detach u|user= e|env= env-file= w|workdir= privileged", mixed: false);
        if (flags.Rest.Count < 2)
            throw new DockerException("\"docker exec\" requires at least 2 arguments.\nSee 'docker exec --help'.");
        var container = call.Engine.Find(flags.Rest[0]) ?? throw new DockerException($"Error: No such container: {flags.Rest[0]}");
        if (container.State.Status != "running")
            throw DockerException.Daemon($"Container {container.Config.Id} is not running");

        using var process = ContainerLaunch.ForExec(container.Config, container.State.Pid, flags.Value("user"),
            flags.Value("workdir") ?? container.Config.Directory, flags.Values("env"), [.. flags.Rest.Skip(1)]).Start();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            Task input = Task.CompletedTask;
            if (flags.Has("interactive"))
            {
                await call.Reply.WantStdinAsync(cancellationToken);
                input = FeedAsync(call.Stdin, process.StandardInput, over.Token);
            }
            else
            {
                process.StandardInput.Close();
            }
            await Task.WhenAll(
                CopyAsync(process.StandardOutput.BaseStream, false), CopyAsync(process.StandardError.BaseStream, true), process.WaitForExitAsync(cancellationToken));
            await over.CancelAsync();
            await input;
            return process.ExitCode;
        }
        catch (IOException)
        {
            // The client is gone; so is its command.
            process.Kill(entireProcessTree: true);
            throw;
        }

        async Task CopyAsync(Stream from, bool error)
        {
            var buffer = new byte[16384];
            while (await from.ReadAsync(buffer, cancellationToken) is var got and > 0)
                await call.Reply.BytesAsync(error, buffer.AsMemory(0, got), cancellationToken);
        }
    }

    private static async Task FeedAsync(Stream from, StreamWriter to, CancellationToken cancellationToken)
    {
        try
        {
            await from.CopyToAsync(to.BaseStream, cancellationToken);
        }
        catch (Exception over) when (over is OperationCanceledException or IOException)
        {
            // The command ended, or reads no more.
        }
        to.Close();
    }
}
