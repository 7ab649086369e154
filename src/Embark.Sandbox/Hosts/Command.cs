using System.Diagnostics;

namespace Embark.Sandbox.Hosts;

/// <summary>One program with its words, run on the machine; never a joined string.</summary>
internal sealed record Command(params IReadOnlyList<string> Words)
{
    /// <summary>Environment of the program: nothing of ours is inherited, so that no credential of the caller reaches a host.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = Plain;

    public static IReadOnlyDictionary<string, string> Plain { get; } = new Dictionary<string, string>
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["HOME"] = "/root",
        ["LANG"] = "C.UTF-8",
    };

    /// <summary>Starts it in a session of its own, so that Ctrl-C on our terminal does not reach it; the caller owns the process.</summary>
    public Process Start()
    {
        var info = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in Words)
            info.ArgumentList.Add(word);
        info.Environment.Clear();
        foreach (var (name, value) in Environment)
            info.Environment[name] = value;
        return Process.Start(info)!;
    }

    /// <summary>Runs it to its end, with <paramref name="input"/> on its stdin.</summary>
    public async Task<CommandResult> RunAsync(string? input, CancellationToken cancellationToken)
    {
        using var process = Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await WriteAsync(process, input, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Runs it to its end; a failure stops the sandbox with the program's own words.</summary>
    public async Task<string> RequireAsync(string? input, CancellationToken cancellationToken)
    {
        var result = await RunAsync(input, cancellationToken);
        return result.ExitCode == 0
            ? result.Output
            : throw new SandboxException($"{string.Join(' ', Words)}: exit code {result.ExitCode}: {result.Error.Trim()}");
    }

    private static async Task WriteAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync((input ?? "").AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading; its exit code tells the rest.
        }
    }
}

/// <summary>What a program said and how it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error);
