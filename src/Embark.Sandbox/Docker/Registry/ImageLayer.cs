using System.Formats.Tar;
using System.Security.Cryptography;
using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Docker.Registry;

/// <summary>
/// The one layer of the sandbox's images for a real engine: this program, the .NET runtime it runs on, a shell with a few tools,
/// and the shared libraries they load. Made from what lies on the VM, since no registry is within reach.
/// </summary>
/// <param name="File">The layer, a plain tar.</param>
/// <param name="Digest"><c>sha256:…</c> of it.</param>
/// <param name="Size">In bytes.</param>
internal sealed record ImageLayer(string File, string Digest, long Size)
{
    private static readonly string[] Tools = ["sh", "cat", "env", "false", "grep", "id", "ls", "sleep", "touch", "true"];

    // Loaded by name while the program runs, so that ldd does not find them.
    private static readonly string[] LoadedLater =
        ["libssl.so.3", "libcrypto.so.3", "libgcc_s.so.1", "libstdc++.so.6", "libz.so.1", "librt.so.1", "libdl.so.2", "libpthread.so.0", "libm.so.6"];

    public static async Task<ImageLayer> MakeAsync(string file, CancellationToken cancellationToken)
    {
        var programs = Tools.Select(Ground.FindProgram).OfType<string>().ToList();
        string[] runtime = Directory.Exists("/opt/dotnet/shared") ? Directory.GetFiles("/opt/dotnet/shared/Microsoft.NETCore.App", "lib*.so", SearchOption.AllDirectories) : [];
        var libraries = await LibrariesAsync([.. programs, "/opt/embark/embark-sandbox", .. runtime], cancellationToken);

        await using (var stream = System.IO.File.Create(file))
        await using (var tar = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var directory in new[] { "etc/istio/proxy", "etc/certs", "tmp", "var/lib/istio/data", "var/run/secrets/tokens", "var/run/secrets/workload-spiffe-uds", "usr/local/bin", "usr/bin", "lib64", "home" })
                Add(tar, new GnuTarEntry(TarEntryType.Directory, directory + "/"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | ReadAndEnter);
            Add(tar, new GnuTarEntry(TarEntryType.SymbolicLink, "bin") { LinkName = "usr/bin" }, ReadAndEnter);
            Add(tar, new GnuTarEntry(TarEntryType.SymbolicLink, "usr/local/bin/pilot-agent") { LinkName = "/opt/embark/embark-sandbox" }, ReadAndEnter);
            AddText(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nistio-proxy:x:1337:1337::/home:/bin/sh\n");
            AddText(tar, "etc/group", "root:x:0:\nistio-proxy:x:1337:\n");
            foreach (var program in programs)
                tar.WriteEntry(Target(program), $"usr/bin/{Path.GetFileName(program)}");
            foreach (var library in libraries)
                tar.WriteEntry(Target(library), library.TrimStart('/'));
            AddTree(tar, "/opt/embark", "opt/embark", path => !path.EndsWith(".xml", StringComparison.Ordinal) && !path.EndsWith(".pdb", StringComparison.Ordinal));
            if (Directory.Exists("/opt/dotnet/shared"))
                foreach (var part in new[] { "host", "shared/Microsoft.NETCore.App", "shared/Microsoft.AspNetCore.App" })
                    AddTree(tar, $"/opt/dotnet/{part}", $"opt/dotnet/{part}", _ => true);
        }
        await using var written = System.IO.File.OpenRead(file);
        return new(file, "sha256:" + Convert.ToHexStringLower(await SHA256.HashDataAsync(written, cancellationToken)), written.Length);
    }

    private const UnixFileMode ReadAndEnter =
        UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static async Task<IReadOnlyCollection<string>> LibrariesAsync(IReadOnlyList<string> programs, CancellationToken cancellationToken)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        // "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)" and "/lib64/ld-linux-x86-64.so.2 (0x…)".
        foreach (var line in (await new Command(["ldd", .. programs]).RunAsync(null, cancellationToken)).Output.Split('\n'))
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(word => word.StartsWith('/') && !word.EndsWith(':')) is { } path
                && !path.StartsWith("/opt/", StringComparison.Ordinal))
                found.Add(path);
        var places = found.Select(path => Path.GetDirectoryName(path)!).Where(place => place.Contains("-linux-gnu", StringComparison.Ordinal)).Append("/lib64").Distinct().ToList();
        foreach (var name in LoadedLater)
            if (places.Select(place => Path.Combine(place, name)).FirstOrDefault(System.IO.File.Exists) is { } path)
                found.Add(path);
        return found;
    }

    private static void AddTree(TarWriter tar, string from, string to, Func<string, bool> wanted)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(wanted).Order(StringComparer.Ordinal))
            tar.WriteEntry(Target(file), to + file[from.Length..]);
    }

    private static string Target(string path) => System.IO.File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private static void Add(TarWriter tar, GnuTarEntry entry, UnixFileMode mode)
    {
        entry.Mode = mode;
        tar.WriteEntry(entry);
    }

    private static void AddText(TarWriter tar, string name, string text)
    {
        using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        Add(tar, new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = content }, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }
}
