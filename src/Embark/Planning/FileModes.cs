using System.Globalization;

namespace Embark.Planning;

/// <summary>Unix modes as people write them.</summary>
public static class FileModes
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    internal const UnixFileMode OwnerAndGroupRead = OwnerOnly | UnixFileMode.GroupRead;
    internal const UnixFileMode Public = OwnerAndGroupRead | UnixFileMode.OtherRead;
    internal const UnixFileMode OwnerDirectory = OwnerOnly | UnixFileMode.UserExecute;
    internal const UnixFileMode GroupDirectory = OwnerDirectory | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
    internal const UnixFileMode GroupWritableDirectory = GroupDirectory | UnixFileMode.GroupWrite;

    /// <summary>Everything but setuid, setgid and sticky.</summary>
    internal const UnixFileMode Permissions = (UnixFileMode)0x1FF;

    /// <summary>Four octal digits, such as <c>0640</c>.</summary>
    public static string Octal(this UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0').ToString(CultureInfo.InvariantCulture);
}
