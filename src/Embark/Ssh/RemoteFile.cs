using System.Globalization;
using System.Security.Cryptography;
using Embark.Kubernetes;

namespace Embark.Ssh;

/// <summary>
/// Shell text for a <see cref="RemoteScript"/> that puts one file in place, whole or not at all: a temporary file in the target's own
/// directory, length and SHA-256 checked, mode set, synced, renamed. Links are replaced, never followed. Only within an <see cref="SshSession"/>.
/// </summary>
public static class RemoteFile
{
    /// <summary>Largest file that is sent, in bytes: 1 MiB.</summary>
    public const int MaximumLength = 1024 * 1024;

    /// <summary>Writes content that anyone may see. Ends the script with status 1 and the reason on stderr when it cannot.</summary>
    public static string Write(string path, UnixFileMode mode, ReadOnlySpan<byte> content)
    {
        CheckLength(path, content.Length);
        return Line(path, mode, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), $"'{Convert.ToBase64String(content)}'");
    }

    /// <summary>Writes a secret; the script must list it in <see cref="RemoteScript.Secrets"/>.</summary>
    public static string Write(string path, UnixFileMode mode, Secret content)
    {
        CheckLength(path, content.Length);
        return Line(path, mode, content.Length, content.Sha256, $"\"${RemoteScript.VariableOf(content)}\"");
    }

    // echo is built into every sh, so the content is in no argument of a process, and as base64 it holds nothing echo would change.
    private static string Line(string path, UnixFileMode mode, int length, string sha256, string base64) =>
        string.Create(CultureInfo.InvariantCulture, $"echo {base64} | embark_put {ShellQuote.Quote(path)} {Convert.ToString((int)mode, 8)} {length} {sha256} || exit 1\n");

    private static void CheckLength(string path, int length)
    {
        if (path.Length < 2 || path[0] != '/' || path[^1] == '/' || path.Contains('\n'))
            throw new ArgumentException("an absolute path of a file", nameof(path));
        if (length > MaximumLength)
            throw new EmbarkException(FailureClass.BadInput, $"{path}: {length} bytes are more than the {MaximumLength} that one file may have", "shorten the values that go into it");
    }

    /// <summary>The function that does it on the VM; a part of the session's first piece. The lock is held, so any older temporary file is a dead run's.</summary>
    internal const string Function = """
        embark_put() {
          embark_dir=${1%/*}
          if [ -L "$embark_dir" ] || [ ! -d "$embark_dir" ] || [ ! -O "$embark_dir" ] || embark_wide "$embark_dir"; then
            echo "$1: ${embark_dir:-/} is not a directory that this user alone may write to" >&2; return 1
          fi
          if [ -d "$1" ] && [ ! -L "$1" ]; then echo "$1: a directory is in the place of the file" >&2; return 1; fi
          for embark_tmp in "$embark_dir"/.embark.????????; do
            if [ -e "$embark_tmp" ] || [ -L "$embark_tmp" ]; then rm -f "$embark_tmp"; fi
          done
          embark_tmp=$(mktemp "$embark_dir/.embark.XXXXXXXX") || { echo "$1: no temporary file beside it" >&2; return 1; }
          if base64 -d >"$embark_tmp" && embark_same "$1" "$3" "$4" && chmod "$2" "$embark_tmp" && embark_sync &&
             { [ ! -L "$1" ] || rm -f "$1"; } && mv -f "$embark_tmp" "$1"; then return 0; fi
          rm -f "$embark_tmp"
          echo "$1: not written; what was there is unchanged" >&2
          return 1
        }
        embark_same() {
          embark_sum=$(sha256sum <"$embark_tmp")
          [ "${embark_sum%% *}" = "$3" ] && return 0
          echo "$1: $(($(wc -c <"$embark_tmp"))) of $2 bytes arrived, SHA-256 differs" >&2
          return 1
        }
        embark_sync() { sync "$embark_tmp" 2>/dev/null || sync; }
        """;
}
