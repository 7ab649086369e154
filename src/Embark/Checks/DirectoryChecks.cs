using Embark.Delivery;

namespace Embark.Checks;

/// <summary>The directory on the VM: whose it is, who else may write on the way to it, and whether there is room (sidecar-bootstrap 5.1, reliability 3.2).</summary>
internal static class DirectoryChecks
{
    private const UnixFileMode OthersWrite = UnixFileMode.OtherWrite;
    private const UnixFileMode GroupWrites = UnixFileMode.GroupWrite;

    /// <summary>Room for the new files, the previous ones and a bridge, with the largest file Embark writes (1 MiB) twice.</summary>
    private const long NeededKib = 4096;

    private const long NeededInodes = 64;

    public static void Examine(VmAnswers vm, Findings found)
    {
        foreach (var part in vm.Way)
        {
            if (part.Name == vm.Directory) Target(part, vm, found);
            else Above(part, vm, found);
        }

        foreach (var own in vm.Own)
            Entry(own, vm, found);

        if (vm.ReadOnlyFileSystem)
            found.Refuse(vm.Directory, "the file system is mounted read-only", "mount it read-write, or choose another directory by the annotation sidecar-bootstrap.istio.io/proxy-config-dir");
        else if (!vm.Writable && vm.Way.Count > 0)
            found.Refuse(vm.Directory, $"{vm.Way[^1].Name} cannot be written to by the SSH user",
                $"sudo install -d -m 0750 -o {Printable.Text(vm.User, 40)} -g {vm.Gid} {vm.Directory}");

        if (vm.FreeKib is < NeededKib)
            found.Refuse(vm.Directory, $"disk full: {vm.FreeKib} KiB free, {NeededKib} KiB needed", "free some space on that file system");
        if (vm.FreeInodes is < NeededInodes)
            found.Refuse(vm.Directory, $"no inodes left: {vm.FreeInodes} free, {NeededInodes} needed", "remove some files on that file system");
    }

    private static void Above(PathAnswer part, VmAnswers vm, Findings found)
    {
        if (part.IsLink)
            found.Refuse(part.Name, "is a symbolic link on the way to the directory", $"name the real path in the annotation sidecar-bootstrap.istio.io/proxy-config-dir instead of {vm.Directory}");
        else if (!part.IsDirectory)
            found.Refuse(part.Name, "is not a directory", "choose another directory, or move that file away");
        else if (part.Uid != 0 && part.Uid != vm.Uid)
            found.Refuse(part.Name, $"belongs to uid {part.Uid}, who could replace everything below it", "choose a directory below one of root's or the SSH user's own");
        else if ((part.Permissions & (OthersWrite | GroupWrites)) != 0)
            found.Refuse(part.Name, $"is writable by others (mode {part.Octal})", $"chmod go-w {part.Name}, or choose another directory");
    }

    private static void Target(PathAnswer part, VmAnswers vm, Findings found)
    {
        if (part.IsLink)
            found.Refuse(part.Name, "is a symbolic link", "name the real path in the annotation sidecar-bootstrap.istio.io/proxy-config-dir");
        else if (!part.IsDirectory)
            found.Refuse(part.Name, "is not a directory", "move that file away");
        else if (part.Uid != vm.Uid)
            found.Refuse(part.Name, $"belongs to uid {part.Uid}, not to the SSH user ({vm.Uid})", $"sudo chown {vm.Uid}:{vm.Gid} {part.Name}");
        else if (part.Permissions.HasFlag(OthersWrite))
            found.Refuse(part.Name, $"is writable by everybody (mode {part.Octal}): what lies there cannot be trusted", $"look through it, then chmod 0750 {part.Name}");
        else if (part.Permissions.HasFlag(GroupWrites) && part.Gid != vm.Gid)
            found.Refuse(part.Name, $"is writable by group {part.Gid} (mode {part.Octal})", $"chmod 0750 {part.Name}");
        else if (part.Permissions.HasFlag(GroupWrites))
            found.Warn(part.Name, $"mode {part.Octal} is narrowed to 0750", "nothing to do");
    }

    private static void Entry(PathAnswer entry, VmAnswers vm, Findings found)
    {
        var path = $"{vm.Directory}/{entry.Name}";
        var shouldBeDirectory = OwnFiles.Directories.Contains(entry.Name);
        if (entry.IsLink) found.Refuse(path, "is a symbolic link, which Embark never follows", $"remove it: rm {path}");
        else if (shouldBeDirectory && !entry.IsDirectory) found.Refuse(path, "is not a directory", "move it away");
        else if (shouldBeDirectory && entry.Uid != vm.Uid) found.Refuse(path, $"belongs to uid {entry.Uid}, not to the SSH user", $"sudo chown -R {vm.Uid}:{vm.Gid} {path}");
        else if (!shouldBeDirectory && !entry.IsFile) found.Refuse(path, "is not a regular file", "move it away");
    }
}
