using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;

namespace Embark.EndToEnd.Tests.Traffic;

/// <summary>What a person sees: Chromium's picture of a page.</summary>
internal static class Browser
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private static string? Program { get; } =
        Names.SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public static void Need()
    {
        if (Program is null) Assert.Skip("needs chromium");
    }

    /// <summary>How many pixels of the page satisfy <paramref name="colour"/>, and the file of the picture.</summary>
    public static async Task<int> CountAsync(Uri page, string file, Func<byte, byte, byte, bool> colour)
    {
        var profile = Directory.CreateTempSubdirectory("embark-browser-").FullName;
        try
        {
            var start = new ProcessStartInfo(Program!,
                ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-proxy-server", $"--user-data-dir={profile}", "--window-size=800,1000", $"--screenshot={file}", page.ToString()])
            { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["HOME"] = profile;
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            (await EmbarkProgram.FinishAsync(process)).ShouldEndWith(0);
            return Count(await File.ReadAllBytesAsync(file), colour);
        }
        finally
        {
            Directory.Delete(profile, recursive: true);
        }
    }

    // PNG with 8 bits a channel, as Chromium writes it (W3C PNG specification, 9 "Filtering").
    private static int Count(byte[] png, Func<byte, byte, byte, bool> colour)
    {
        var (width, height, channels) = (0, 0, 0);
        using var packed = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var data = png.AsSpan(at + 8, length);
            if (png.AsSpan(at + 4, 4).SequenceEqual("IHDR"u8))
                (width, height, channels) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]), data[9] == 6 ? 4 : 3);
            else if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8)) packed.Write(data);
            at += length + 12;
        }
        packed.Position = 0;
        using var pixels = new ZLibStream(packed, CompressionMode.Decompress);
        var (row, above, found) = (new byte[width * channels], new byte[width * channels], 0);
        for (var y = 0; y < height; y++, (row, above) = (above, row))
        {
            var filter = pixels.ReadByte();
            pixels.ReadExactly(row);
            for (var x = 0; x < row.Length; x++)
            {
                var (left, up, corner) = (x < channels ? 0 : row[x - channels], (int)above[x], x < channels ? 0 : above[x - channels]);
                row[x] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
            }
            for (var x = 0; x < row.Length; x += channels)
                if (colour(row[x], row[x + 1], row[x + 2])) found++;
        }
        return found;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (a, b, c) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }
}
