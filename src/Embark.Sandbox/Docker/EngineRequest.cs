using System.Text;

namespace Embark.Sandbox.Docker;

/// <summary>What the client of the stand-in sends: its words, and what only it can see.</summary>
/// <param name="Directory">The caller's working directory.</param>
/// <param name="Words">The words after <c>docker</c>.</param>
/// <param name="Files">Environment files by path: their text, or why they could not be read.</param>
/// <param name="Environment">The caller's environment.</param>
internal sealed record EngineRequest(
    string Directory,
    string[] Words,
    IReadOnlyDictionary<string, EnvironmentFile> Files,
    IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Reads it: netstrings (<c>length:bytes,</c>), counts before lists.</summary>
    public static async Task<EngineRequest> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (await TextAsync() != "docker1")
            throw new InvalidDataException("not a client of this engine");
        var directory = await TextAsync();
        var words = new string[await CountAsync()];
        for (var i = 0; i < words.Length; i++)
            words[i] = await TextAsync();
        var files = new Dictionary<string, EnvironmentFile>();
        for (var left = await CountAsync(); left > 0; left--)
            files[await TextAsync()] = new(await TextAsync(), await BytesAsync());
        var environment = new Dictionary<string, string>();
        for (var left = await CountAsync(); left > 0; left--)
        {
            var pair = (await TextAsync()).Split('=', 2);
            environment[pair[0]] = pair[1];
        }
        return new(directory, words, files, environment);

        async Task<string> TextAsync() => Encoding.UTF8.GetString(await BytesAsync());

        async Task<int> CountAsync() => int.Parse(await TextAsync(), null);

        async Task<byte[]> BytesAsync()
        {
            var one = new byte[1];
            var length = 0;
            while (true)
            {
                await stream.ReadExactlyAsync(one, cancellationToken);
                if (one[0] == ':')
                    break;
                length = length * 10 + (char.IsAsciiDigit((char)one[0]) && length < 10_000_000 ? one[0] - '0' : throw new InvalidDataException("bad length"));
            }
            var bytes = new byte[length];
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            await stream.ReadExactlyAsync(one, cancellationToken);
            return bytes;
        }
    }
}

/// <summary>An environment file as the client read it.</summary>
/// <param name="Error">Why it could not be read; empty when it was.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record EnvironmentFile(string Error, byte[] Content);
