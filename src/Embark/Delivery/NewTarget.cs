using System.Security.Cryptography;
using Embark.Planning;

namespace Embark.Delivery;

/// <summary>A place on this machine that something new is put into: written beside it under a name of its own, then renamed.</summary>
internal sealed class NewTarget
{
    private const UnixFileMode Sticky = UnixFileMode.StickyBit;

    private NewTarget(string path)
    {
        Path = path;
        Temporary = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, $".{System.IO.Path.GetFileName(path)}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
    }

    /// <summary>Absolute path of what shall be there in the end.</summary>
    public string Path { get; }

    /// <summary>Absolute path that is written to.</summary>
    public string Temporary { get; }

    /// <summary>A directory that is absent or empty.</summary>
    public static NewTarget NewDirectory(string path)
    {
        var target = Checked(path);
        if (File.Exists(target.Path)) throw Refused($"{target.Path} is a file", "name a new or empty directory");
        if (System.IO.Directory.Exists(target.Path) && System.IO.Directory.EnumerateFileSystemEntries(target.Path).Any())
            throw Refused($"the directory {target.Path} is not empty", "name a new or empty directory: nothing is overwritten");
        return target;
    }

    /// <summary>A file that is absent.</summary>
    public static NewTarget NewFile(string path)
    {
        var target = Checked(path);
        if (System.IO.Path.Exists(target.Path)) throw Refused($"{target.Path} is there already", "name a new file: nothing is overwritten");
        return target;
    }

    private static NewTarget Checked(string path)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (System.IO.Path.GetDirectoryName(full) is not { } parent) throw Refused($"{full} is no place for new files", "name another place");
        if (new FileInfo(full).LinkTarget is not null) throw Refused($"{full} is a symbolic link", "name the place itself");
        if (!System.IO.Directory.Exists(parent)) throw Refused($"the directory {parent} does not exist", "make it, or name another place");
        var mode = File.GetUnixFileMode(parent);
        if (mode.HasFlag(UnixFileMode.OtherWrite) && !mode.HasFlag(Sticky))
            throw Refused($"anybody may replace files in {parent} (mode {mode.Octal()}), and tokens go there", "choose a directory of your own, or narrow its mode");
        return new NewTarget(full);
    }

    /// <summary>Class 1, as for any place that cannot be written to.</summary>
    public static EmbarkException Refused(string message, string fix, Exception? inner = null) => new(FailureClass.Internal, message, fix, inner);
}
