using System.Diagnostics;
using System.Text;

namespace Embark.Controller.Tests;

/// <summary>The program itself, on a free port.</summary>
internal sealed class ControllerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _kubeconfig;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ControllerProcess(Process process, string kubeconfig)
    {
        (_process, _kubeconfig) = (process, kubeconfig);
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException("the controller ended: " + Log));
        process.EnableRaisingEvents = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it serves.</summary>
    public Uri Address => _address.Task.Result;

    /// <summary>Where it takes spans or access logs, as its log says it: <c>Zipkin spans</c>, <c>Access logs</c>.</summary>
    public async Task<Uri> TakesAsync(string what, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Log.Split('\n').FirstOrDefault(line => line.Contains($"{what} are taken at ", StringComparison.Ordinal)) is { } line)
                return new Uri($"http://{line.Trim().Split(' ')[^1]}");
            await Task.Delay(20, cancellationToken);
        }
    }

    public string Log
    {
        get { lock (_log) return _log.ToString(); }
    }

    public static async Task<ControllerProcess> StartAsync(string kubeconfig, string[] more, CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, kubeconfig, cancellationToken);
        var started = new ControllerProcess(Process.Start(Program(["--kubeconfig", file, "--listen", "127.0.0.1:0", .. more]))!, file);
        await started._address.Task.WaitAsync(cancellationToken);
        return started;
    }

    /// <summary>Runs it to its own end.</summary>
    public static async Task<(int Code, string Error)> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Program(arguments))!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await error);
    }

    /// <summary>Asks it to end; its exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Ends it at once, without a word to anybody.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        File.Delete(_kubeconfig);
    }

    private static ProcessStartInfo Program(string[] arguments) => new(Path.Combine(AppContext.BaseDirectory, "embark-controller"), arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
        if (line.Contains("listening on", StringComparison.OrdinalIgnoreCase) && line.Split(' ')[^1] is var word && Uri.TryCreate(word, UriKind.Absolute, out var address))
            _address.TrySetResult(address);
    }
}
