using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Embark.Kubernetes.Credentials;

/// <summary>Runs an exec credential plugin within its time limit, and reads its answer.</summary>
internal sealed class ExecPlugin(ExecPluginSpec spec, KubernetesConnection connection, KubernetesClientOptions options)
{
    private const int MaxAnswerBytes = 1024 * 1024;

    /// <summary>Output is read this long after the plugin has ended: an agent that it left running may hold the pipe open for ever.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    public async Task<Credential> RunAsync(X509Certificate2? certificate, CancellationToken cancellationToken)
    {
        if (spec.InteractiveMode == "Always" && !options.Interactive)
            throw Failed("must ask the user (interactiveMode: Always), and there is no terminal", fix: "run its login on a terminal first, or use a context without it");
        var mark = Guid.NewGuid().ToString("N");
        using var process = Start(mark);
        using var limit = new CancellationTokenSource(options.PluginTimeLimit, options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var complaint = new StderrTail();
        try
        {
            var answer = new MemoryStream();
            var complaining = complaint.FollowAsync(process.StandardError, stop.Token);
            var answering = ReadAnswerAsync(process.StandardOutput.BaseStream, answer, stop.Token);
            var ending = process.WaitForExitAsync(stop.Token);
            await await Task.WhenAny(answering, ending);
            await ending;
            await Task.WhenAny(Task.WhenAll(answering, complaining), Task.Delay(LastWords, options.Time, stop.Token));
            stop.Token.ThrowIfCancellationRequested();
            if (process.ExitCode != 0)
                throw Failed($"ended with exit code {process.ExitCode}", complaint);
            return ExecAnswer.Read(Bytes(answer), spec, certificate, options.Time) switch
            {
                (Credential credential, null) => credential,
                (_, var why) => throw Failed(why!, complaint),
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failed($"did not end within {options.PluginTimeLimit.TotalSeconds:0.#} s and was stopped", complaint,
                "run the command by hand: it may wait for a login or for the network");
        }
        finally
        {
            if (!process.HasExited || stop.IsCancellationRequested)
                ProcessFamily.Kill(process, mark);
        }
    }

    private Process Start(string mark)
    {
        var start = new ProcessStartInfo(Find(spec.Command) ?? throw NotStarted("it is not on the PATH", null))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = !Asks,
            UseShellExecute = false,
        };
        foreach (var argument in spec.Arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in spec.Environment)
            start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = ExecInfo.For(spec, connection, Asks);
        start.Environment[ProcessFamily.MarkVariable] = mark;
        try
        {
            var process = Process.Start(start)!;
            if (!Asks)
                process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception e)
        {
            throw NotStarted(e.Message, e);
        }
    }

    /// <summary>On the PATH alone: .NET would look into the working directory first, where anybody may have put a program.</summary>
    private string? Find(string command) => command.Contains('/')
        ? command
        : (connection.Environment("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted).Select(directory => Path.Combine(directory, command)).FirstOrDefault(File.Exists);

    private KubernetesException NotStarted(string why, Exception? cause) =>
        Failed($"cannot be started: {why}", fix: spec.InstallHint ?? $"install {spec.Command}, or put it on the PATH", cause: cause);

    private bool Asks => options.Interactive && spec.InteractiveMode != "Never";

    private async Task ReadAnswerAsync(Stream output, MemoryStream answer, CancellationToken cancellationToken)
    {
        var buffer = new byte[8192];
        while (await output.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (answer.Length + count > MaxAnswerBytes)
                throw Failed($"prints more than {MaxAnswerBytes} bytes");
            lock (answer)
                answer.Write(buffer, 0, count);
        }
    }

    private static byte[] Bytes(MemoryStream answer)
    {
        lock (answer)
            return answer.ToArray();
    }

    private KubernetesException Failed(string what, StderrTail? complaint = null, string? fix = null, Exception? cause = null)
    {
        var message = new StringBuilder($"{connection.User.Source}: the credential plugin {spec.Command} {what}");
        if (complaint?.Text is { Length: > 0 } tail)
            message.Append("; it said: ").Append(tail);
        return new KubernetesException(KubernetesFailure.Credentials, message.ToString(),
            fix ?? $"run it by hand: {string.Join(' ', [spec.Command, .. spec.Arguments])}", cause);
    }
}
