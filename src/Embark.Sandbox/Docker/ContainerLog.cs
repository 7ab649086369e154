using System.Globalization;
using System.Text;

namespace Embark.Sandbox.Docker;

/// <summary>What a container said, line by line: time, stream, text; kept on disk and read again from there.</summary>
internal sealed class ContainerLog(string path) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Follows a stream of the program to its end.</summary>
    public async Task CopyAsync(Stream stream, bool error, TimeProvider clock)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync() is { } line)
        {
            await _one.WaitAsync();
            try
            {
                await File.AppendAllTextAsync(path, $"{clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)} {(error ? 'e' : 'o')} {line}\n");
            }
            catch (DirectoryNotFoundException)
            {
                // Removed with force while it ended: nobody can read it any more.
            }
            finally
            {
                _one.Release();
            }
        }
    }

    /// <summary>All lines so far.</summary>
    public IReadOnlyList<LogLine> Read()
    {
        if (!File.Exists(path))
            return [];
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 3)).Where(part => part.Length == 3)
            .Select(part => new LogLine(part[0], part[1] == "e", part[2]))];
    }

    public void Dispose() => _one.Dispose();
}

/// <summary>One line that a container said.</summary>
internal sealed record LogLine(string Time, bool Error, string Text);
