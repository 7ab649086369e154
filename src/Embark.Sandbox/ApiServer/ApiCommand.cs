using System.CommandLine;
using System.Globalization;

namespace Embark.Sandbox.ApiServer;

/// <summary><c>embark-sandbox api</c>: the API server alone, in the foreground until SIGTERM or Ctrl-C.</summary>
internal static class ApiCommand
{
    public static Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var kubeconfig = new Option<FileInfo>("--kubeconfig-out") { Description = "file that gets the administrator's kubeconfig", Required = true };
        var user = new Option<string>("--user") { Description = "whose kubeconfig is written: admin, operator, or any other name", DefaultValueFactory = _ => "admin" };
        var load = new Option<FileInfo[]>("--load") { Description = "YAML file with objects to load; may be repeated", AllowMultipleArgumentsPerToken = true };
        var port = new Option<int>("--port") { Description = "port on 127.0.0.1; 0 takes any free one" };
        var requestLog = new Option<FileInfo?>("--request-log") { Description = "file that gets a line per request" };
        var empty = new Option<bool>("--empty") { Description = "start without the sandbox's mesh" };
        var command = new RootCommand("Runs the sandbox's Kubernetes API server alone.") { kubeconfig, user, load, port, requestLog, empty };
        command.SetAction((parsed, _) => ServeAsync(
            new ApiServerOptions
            {
                Port = parsed.GetValue(port),
                WithMesh = !parsed.GetValue(empty),
                Yaml = [.. (parsed.GetValue(load) ?? []).Select(file => File.ReadAllText(file.FullName))],
                RequestLogFile = parsed.GetValue(requestLog)?.FullName,
            },
            parsed.GetValue(kubeconfig)!, parsed.GetValue(user)!, cancellationToken));
        // The program as a whole watches for signals.
        return command.Parse(arguments).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, cancellationToken);
    }

    private static async Task<int> ServeAsync(ApiServerOptions options, FileInfo kubeconfig, string user, CancellationToken cancellationToken)
    {
        await using var server = await ApiServer.StartAsync(options, cancellationToken);
        await WritePrivatelyAsync(kubeconfig.FullName, server.KubeconfigFor(user), cancellationToken);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"API server at {server.Address}, kubeconfig of {user} in {kubeconfig.FullName}"));
        var stopped = new TaskCompletionSource();
        using var registration = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
        return 0;
    }

    private static async Task WritePrivatelyAsync(string path, string text, CancellationToken cancellationToken)
    {
        var beside = $"{path}.{Environment.ProcessId}";
        await using (var stream = new FileStream(beside, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        await using (var writer = new StreamWriter(stream))
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
        File.Move(beside, path, overwrite: true);
    }
}
