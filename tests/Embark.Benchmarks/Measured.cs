using System.Diagnostics;
using System.Globalization;

namespace Embark.Benchmarks;

/// <summary>What one program took, from its start to its end as its caller sees it.</summary>
/// <param name="Time">Wall-clock time.</param>
/// <param name="PeakBytes">Largest resident size of the program itself, as the kernel keeps it (VmHWM); read every few milliseconds.</param>
internal sealed record Measured(TimeSpan Time, long PeakBytes)
{
    /// <summary>Runs a program once.</summary>
    /// <exception cref="InvalidOperationException">It failed; a benchmark of a failure says nothing.</exception>
    public static async Task<Measured> RunAsync(IReadOnlyDictionary<string, string> environment, string input, params IReadOnlyList<string> words)
    {
        var start = new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        long peak = 0;
        var ended = process.WaitForExitAsync();
        while (await Task.WhenAny(ended, Task.Delay(4)) != ended) peak = Math.Max(peak, PeakOf(process.Id));
        var time = Stopwatch.GetElapsedTime(began);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', words)} ended with {process.ExitCode}:\n{await output}{await error}");
        return new Measured(time, peak);
    }

    /// <summary>The same of a program that goes on.</summary>
    public static long PeakOf(int process)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{process}/status"))
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    return long.Parse(line[6..^3], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            // it has just ended
        }
        return 0;
    }
}
