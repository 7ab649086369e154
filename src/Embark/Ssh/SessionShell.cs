using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Embark.Ssh;

/// <summary>
/// The shell text of a session, for dash, bash and busybox sh alike. Everything sent is one <c>{ … }</c> group a piece: a piece that is cut is a
/// syntax error, and nothing of it runs. No here-document and no file under /tmp is needed.
/// </summary>
internal static class SessionShell
{
    /// <summary>Exit statuses of script 0, which takes the lock.</summary>
    public const int NoHome = 40, Unsafe = 41, NoFlock = 42, Held = 43;

    /// <summary>A sign of life. Cut anywhere it is the name of no command.</summary>
    public static readonly byte[] Heartbeat = "embark_lease idle\n"u8.ToArray();

    /// <summary>
    /// The first piece: functions, lock, lease. The lock is an flock on ~/.embark/lock, held by this shell alone (children do not inherit it, so a
    /// program left in the background cannot keep it); it is free as soon as this shell ends. A shell that waits for its next piece and hears
    /// nothing ends itself: a cut network leaves no end of file behind.
    /// </summary>
    public static byte[] Prologue(string nonce, SshOptions options)
    {
        var holder = ShellQuote.Quote(RemoteText.Printable(options.Holder).ReplaceLineEndings(" "));
        var tries = (int)Math.Ceiling(options.LockWait.TotalSeconds * 5);
        return Encoding.UTF8.GetBytes($$"""
            { # {{nonce}}
            LC_ALL=C; export LC_ALL
            unset CDPATH ENV BASH_ENV IFS
            PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH
            umask 077
            set +eux
            cd /
            embark_failed=0
            embark_beats=0
            embark_home=$HOME/.embark
            embark_mark() { echo; echo "{{nonce}} $*"; { echo; echo "{{nonce}} $*"; } >&2; }
            embark_lease() { embark_beats=$((embark_beats + 1)); { echo "$1 $embark_beats" >"$embark_home/lease"; } 2>/dev/null; }
            embark_run() {
              if [ "$2" = 1 ] && [ "$embark_failed" != 0 ]; then embark_mark skip "$1"; return; fi
              embark_lease busy
              embark_mark begin "$1"
              (main) </dev/null 9>&-
              embark_status=$?
              [ "$embark_status" = 0 ] || embark_failed=1
              embark_mark end "$1" "$embark_status"
              embark_lease idle
            }
            embark_wide() { case $(ls -ld "$1") in ?????w*|????????w*) return 0 ;; esac; return 1; }
            embark_open() { exec 9>>"$embark_home/lock"; }
            embark_take() {
              if [ -z "$HOME" ] || [ ! -d "$HOME" ]; then echo "the home directory ${HOME:-(none)} does not exist"; return {{NoHome}}; fi
              [ -e "$embark_home" ] || mkdir -m 700 "$embark_home" || [ -d "$embark_home" ] || return {{NoHome}}
              if [ -L "$embark_home" ] || [ ! -d "$embark_home" ] || [ ! -O "$embark_home" ] || embark_wide "$embark_home"; then
                echo "$embark_home is not a directory that this user alone may write to"; return {{Unsafe}}
              fi
              if [ -L "$embark_home/lock" ] || { [ -e "$embark_home/lock" ] && [ ! -f "$embark_home/lock" ]; }; then
                echo "$embark_home/lock is not a plain file"; return {{Unsafe}}
              fi
              command -v flock >/dev/null 2>&1 || return {{NoFlock}}
              (: >>"$embark_home/lock") || return {{NoHome}}
              embark_try=0
              while :; do
                embark_open
                # leave removes the file: a lock on a file that is gone is none
                flock -n 9 && [ "$embark_home/lock" -ef /proc/self/fd/9 ] && break
                embark_try=$((embark_try + 1))
                if [ "$embark_try" -gt {{tries}} ]; then
                  read -r embark_since embark_who <"$embark_home/lock"
                  case $embark_since in ''|*[!0-9]*) echo "? $embark_who" ;; *) echo "$(($(date +%s) - embark_since)) $embark_who" ;; esac
                  return {{Held}}
                fi
                sleep 0.2 2>/dev/null || sleep 1
              done
              { echo "$(date +%s) "{{holder}} >"$embark_home/lock"; } 2>/dev/null
              return 0
            }
            embark_watch() {
              trap 'kill $! 2>/dev/null; exit 0' TERM
              embark_quiet=0 embark_last=
              while :; do
                sleep {{Seconds(options.LeaseTick)}} & wait $!
                kill -0 $$ || exit 0
                embark_now=
                read -r embark_now <"$embark_home/lease"
                case $embark_now in
                  "idle "*) if [ "$embark_now" = "$embark_last" ]; then embark_quiet=$((embark_quiet + 1)); else embark_quiet=0; fi ;;
                  *) embark_quiet=0 ;;
                esac
                embark_last=$embark_now
                [ "$embark_quiet" -lt {{options.LeaseTicks}} ] || { kill $$; exit 0; }
              done
            }
            {{RemoteFile.Function}}
            embark_mark begin 0
            embark_take </dev/null
            embark_status=$?
            if [ "$embark_status" = 0 ]; then
              embark_lease idle
              embark_watch </dev/null >/dev/null 2>&1 9>&- &
              embark_watcher=$!
              trap 'kill $embark_watcher 2>/dev/null' EXIT
            fi
            embark_mark end 0 "$embark_status"
            [ "$embark_status" = 0 ] || exit 0
            } # {{nonce}}

            """);
    }

    /// <summary>One script as one piece. The buffer may hold secrets: whoever writes it zeroes it.</summary>
    public static byte[] Piece(string nonce, int id, RemoteScript script, bool forgetFailures)
    {
        var text = new ArrayBufferWriter<byte>(script.Body.Length + 512);
        Add($"{{ # {nonce}\nmain() {{\n:\n");
        foreach (var secret in script.Secrets)
        {
            Add($"{RemoteScript.VariableOf(secret)}='");
            Base64.EncodeToUtf8(secret.Reveal(), text.GetSpan(Base64.GetMaxEncodedToUtf8Length(secret.Length)), out _, out var written);
            text.Advance(written);
            Add("'\n");
        }
        Add(script.Body);
        Add(string.Create(CultureInfo.InvariantCulture,
            $"\n}}\n{(forgetFailures ? "embark_failed=0\n" : "")}embark_run {id} {(script.OnlyIfAllBeforeSucceeded ? 1 : 0)}\n}} # {nonce}\n"));
        var piece = text.WrittenSpan.ToArray();
        text.Clear();   // zeroes what was written
        return piece;

        void Add(string part) => Encoding.UTF8.GetBytes(part, text);
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
