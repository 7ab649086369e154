namespace Embark.Sandbox.Docker;

/// <summary><c>docker logs</c>.</summary>
internal static class LogVerb
{
    public static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("logs", "f|follow t|timestamps n|tail= since= until= details");
        if (flags.Rest is not [var name])
            throw new DockerException("\"docker logs\" requires exactly 1 argument.\nSee 'docker logs --help'.");
        var container = call.Engine.Find(name) ?? throw new DockerException($"Error: No such container: {name}");
        var lines = container.Log.Read();
        var sent = lines.Count;
        await SendAsync(lines.Skip(int.TryParse(flags.Value("tail"), null, out var tail) ? Math.Max(0, lines.Count - tail) : 0));
        while (flags.Has("follow") && container.State.Running)
        {
            await Task.Delay(50, cancellationToken);
            lines = container.Log.Read();
            await SendAsync(lines.Skip(sent));
            sent = lines.Count;
        }
        return 0;

        async Task SendAsync(IEnumerable<LogLine> some)
        {
            foreach (var line in some)
            {
                var text = (flags.Has("timestamps") ? $"{line.Time} " : "") + line.Text + "\n";
                await (line.Error ? call.Reply.ErrorAsync(text, cancellationToken) : call.Reply.OutAsync(text, cancellationToken));
            }
        }
    }
}
