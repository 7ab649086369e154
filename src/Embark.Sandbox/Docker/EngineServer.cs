using System.Net.Sockets;

namespace Embark.Sandbox.Docker;

/// <summary><c>embark-sandbox engine</c>: the VM's stand-in for dockerd, on the usual socket, open to root and group docker.</summary>
internal static class EngineServer
{
    private const string Socket = "/run/docker.sock";
    private const string Data = "/var/lib/docker-sandbox";

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var engine = await Engine.OpenAsync(Data, cancellationToken);
        File.Delete(Socket);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Socket));
        File.SetUnixFileMode(Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        await new Hosts.Command("chgrp", "docker", Socket).RequireAsync(null, cancellationToken);
        listener.Listen(64);
        Console.WriteLine($"engine listening on {Socket}");
        _ = WarmUpAsync(engine, cancellationToken);

        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptAsync(cancellationToken), engine, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            File.Delete(Socket);
            await engine.ShutdownAsync();
            return 0;
        }
    }

    // The first call of each kind compiles its code; better now than while somebody waits.
    private static async Task WarmUpAsync(Engine engine, CancellationToken cancellationToken)
    {
        string[][] calls =
        [
            ["version", "--format", "{{json .}}"], ["info", "--format", "{{json .}}"], ["ps", "-aq", "--no-trunc", "--filter", "label=none"], ["ps"],
            ["inspect", "--type", "container", "none"], ["image", "inspect", "none"], ["logs", "none"], ["rm", "none"],
        ];
        foreach (var words in calls)
        {
            using var reply = new EngineReply(Stream.Null);
            var request = new EngineRequest("/", words, new Dictionary<string, EnvironmentFile>(), new Dictionary<string, string>());
            await AnswerAsync(new(engine, request, reply, Stream.Null), cancellationToken);
        }
    }

    private static async Task ServeAsync(Socket client, Engine engine, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(client, ownsSocket: true);
        using var reply = new EngineReply(stream);
        try
        {
            var request = await EngineRequest.ReadAsync(stream, cancellationToken);
            await reply.ExitAsync(await AnswerAsync(new(engine, request, reply, stream), cancellationToken), cancellationToken);
        }
        catch (Exception gone) when (gone is IOException or EndOfStreamException or InvalidDataException or OperationCanceledException)
        {
            // The client went away, or we do.
        }
    }

    private static async Task<int> AnswerAsync(Call call, CancellationToken cancellationToken)
    {
        try
        {
            return await Verbs.RunAsync(call, cancellationToken);
        }
        catch (DockerException failure)
        {
            await call.Reply.ErrorAsync(failure.Message + "\n", cancellationToken);
            return failure.ExitCode;
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or IOException { InnerException: SocketException }))
        {
            Console.Error.WriteLine(fault);
            await call.Reply.ErrorAsync($"Error response from daemon: {fault.Message}\n", cancellationToken);
            return 1;
        }
    }
}

/// <summary>One call of the client; its stdin follows once it was asked for.</summary>
internal sealed record Call(Engine Engine, EngineRequest Request, EngineReply Reply, Stream Stdin)
{
    /// <summary>Words after the command.</summary>
    public string[] Words { get; init; } = Request.Words;

    public Flags Flags(string command, string grammar) => Docker.Flags.Parse(command, Words, grammar, mixed: true);
}
