#!/bin/sh
# Keeps a block of names at the end of /etc/hosts. `embark prepare` installs it; root runs it, as a rule through one sudoers rule.
#   embark-hosts apply NAMESPACE/NAME    standard input: lines of `ADDRESS NAME...`, loopback addresses only
#   embark-hosts remove NAMESPACE/NAME
# Whatever stands outside of that block stays as it is. Exit code 2: refused, and nothing was written.
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
umask 022
hosts=/etc/hosts
refuse() { printf 'embark-hosts: %s\n' "$*" >&2; exit 2; }

[ $# = 2 ] || refuse "usage: embark-hosts apply|remove NAMESPACE/NAME"
case $1 in apply | remove) ;; *) refuse "$1 is neither apply nor remove" ;; esac
case $2 in
  */*/* | [!a-z0-9]* | */ | */[!a-z0-9]* | *[!a-z0-9./-]*) refuse "$2 is no NAMESPACE/NAME" ;;
  */*) ;;
  *) refuse "$2 is no NAMESPACE/NAME" ;;
esac
[ -f "$hosts" ] || refuse "$hosts is no file"

block=
if [ "$1" = apply ]; then
  block=$(awk -v own="$(uname -n)" '
    function bad(why) { print "embark-hosts: line " NR ": " why >"/dev/stderr"; failed = 1; exit }
    NR > 2000 || length($0) > 4000 { bad("too much") }
    $1 !~ /^127\.[0-9]+\.[0-9]+\.[0-9]+$/ && $1 != "::1" { bad("the address is not of the loopback") }
    NF < 2 { bad("no name") }
    {
      line = $1
      for (i = 2; i <= NF; i++) {
        name = tolower($i)
        if (name !~ /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/ || length(name) > 253) bad("a name that is none")
        if (name ~ /^(localhost|ip6-localhost|ip6-loopback)(\.|$)/ || name == tolower(own)) bad(name " is the name of the machine itself")
        line = line " " name
      }
      print line
    }
    END { exit failed ? 2 : 0 }') || exit 2
fi

# One at a time: the directory itself is the lock.
exec 9</etc && flock 9 || exit 1
new=$(mktemp /etc/.embark-hosts.XXXXXX) || exit 1
trap 'rm -f "$new"' EXIT
cp -p "$hosts" "$new" || exit 1
begin="# BEGIN embark $2" end="# END embark $2"
awk -v begin="$begin" -v end="$end" '
  $0 == begin { inside = 1; next }
  inside && $0 == end { inside = 0; next }
  !inside
  END { exit inside ? 3 : 0 }' "$hosts" >"$new" || refuse "the block in $hosts has no end; restore the line '$end', or remove its beginning"
[ -z "$block" ] || printf '%s\n%s\n%s\n' "$begin" "$block" "$end" >>"$new" || exit 1
if cmp -s "$hosts" "$new"; then echo unchanged; exit 0; fi

# A link, or a file that something is mounted over, cannot be replaced: it is written in place.
if [ -L "$hosts" ] || ! mv -f "$new" "$hosts" 2>/dev/null; then cat "$new" >"$hosts" || exit 1; fi
if command -v restorecon >/dev/null 2>&1; then restorecon "$hosts" 2>/dev/null; fi
echo written
