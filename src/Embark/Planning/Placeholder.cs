using System.Text.RegularExpressions;

namespace Embark.Planning;

/// <summary>Words that stand for what a plan without facts cannot know (sidecar-bootstrap 6.2). No checked value holds an angle bracket.</summary>
public static partial class Placeholder
{
    /// <summary>Numeric id of the SSH user.</summary>
    public const string Uid = "<uid>";

    /// <summary>Numeric id of the SSH user's primary group.</summary>
    public const string Gid = "<gid>";

    /// <summary>Home directory of the SSH user.</summary>
    public const string Home = "<home>";

    /// <summary>Digest of the image.</summary>
    public const string Digest = "<digest>";

    /// <summary>The plan's hash, without <c>sha256:</c>.</summary>
    public const string Plan = "<plan>";

    /// <summary>Directory of an offline delivery: the start script knows it when it runs.</summary>
    public const string Directory = "${EMBARK_DIR}";

    /// <summary>The group of one user, told more plainly where it stands first.</summary>
    public static string GidOf(string user) => $"<gid of {user}>";

    [GeneratedRegex("<(uid|gid|gid of [A-Za-z0-9_.-]+|home|digest|plan)>")]
    internal static partial Regex Any();

    [GeneratedRegex("<gid( of [A-Za-z0-9_.-]+)?>")]
    internal static partial Regex AnyGid();
}
