# Reads what a plan and the preflight need; changes nothing. Answers one `key value` a line.
# Given: dir (empty: the default), entry (namespace.name), container, names (empty: /etc/hosts only where a block of ours is), own (files of ours, relative to dir), tools.
# Free text travels as base64, in as many lines as it takes: a line without a space goes on with the one before; `-` stands for none.
# Every program that is started costs a busy VM some milliseconds, so one call asks for as much as it can. Tested with dash, busybox and bash.
say() { printf '%s %s\n' "$1" "$2"; }
pack() { if [ "$base64" ]; then base64; else cat >/dev/null; echo -; fi; }
tell() { if [ "$2" ]; then say "$1" "$(printf '%s' "$2" | pack)"; else say "$1" -; fi; }
nl='
'
base64=; command -v base64 >/dev/null 2>&1 && base64=1
limit=; command -v timeout >/dev/null 2>&1 && limit='timeout 10'
for t in $tools; do command -v "$t" >/dev/null 2>&1 || say missing "$t"; done

ask_system() {
  say system "$(uname -s) $(uname -m)"
  say clock "$(date +%s)"
  # uid=1001(istio-proxy) gid=1001(istio-proxy) ...
  id=$(id 2>/dev/null); uid=${id%% *}; uid=${uid#uid=}; gid=${id#* gid=}; gid=${gid%%[!0-9]*}
  user=; case $uid in *'('*) user=${uid#*'('}; user=${user%')'} ;; esac
  say id "${uid%%[!0-9]*} $gid"
  [ -d "$HOME" ] && say home-exists yes

  if [ -z "$dir" ]; then
    if [ -d /var/lib/embark ] && [ ! -L /var/lib/embark ] && [ -O /var/lib/embark ]
    then dir=/var/lib/embark/$entry
    else dir=${HOME%/}/.embark/$entry
    fi
  fi
  case $user$HOME$dir in
  *[!A-Za-z0-9/._-]*) tell who "$user$nl$HOME$nl$dir" ;;
  *) say plainly "$user $HOME $dir" ;;
  esac
  set -- /
  p=; rest=${dir#/}/
  while [ "$rest" ]; do
    p=$p/${rest%%/*}; rest=${rest#*/}
    [ -e "$p" ] || [ -L "$p" ] || break
    set -- "$@" "$p"; deepest=$p
  done
  stat -c 'path %f %u %g %n' "$@" 2>/dev/null
  deepest=${deepest:-/}
  writable=; [ -w "$deepest" ] && writable=1 && say writable yes
  # The last six words: file system, size, used, free, share, mount.
  set -- $(df -Pk "$deepest" 2>/dev/null); while [ $# -gt 6 ]; do shift; done
  [ $# = 6 ] && say free-kib "$4" && mount=$6
  set -- $(df -Pi "$deepest" 2>/dev/null); while [ $# -gt 6 ]; do shift; done
  [ $# = 6 ] && [ "$2" != 0 ] && [ "$2" != - ] && say free-inodes "$4"
  if [ ! "$writable" ]; then
    while read -r x m x o x; do [ "$m" = "$mount" ] && options=$o; done 2>/dev/null </proc/self/mounts
    case ,$options, in *,ro,*) say read-only yes ;; esac
  fi

  [ -d "$dir" ] && [ ! -L "$dir" ] && cd "$dir" 2>/dev/null && { ask_directory; cd /; }

  if [ "$names" ] || grep -q '^# BEGIN embark ' /etc/hosts 2>/dev/null; then say hosts "$(head -c 262144 /etc/hosts 2>/dev/null | pack)"; fi
  tell network "$(ip -o addr show 2>/dev/null || hostname -I 2>/dev/null; echo --; ss -Hltnp 2>/dev/null)"
  # Listening (0A), with the user id; a shell would read these files byte by byte.
  sed -n 's/^ *[0-9]*: \([0-9A-F:]*\) [0-9A-F:]* 0A [0-9A-F:]* [0-9A-F:]* [0-9A-F]* *\([0-9]*\) .*/listen \1 \2/p' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# What is in $dir and ours by name; we stand in it.
ask_directory() {
  set --
  for f in tokens certs next bridge previous $own; do
    if [ -e "$f" ] || [ -L "$f" ]; then set -- "$@" "$f"; fi
  done
  [ $# = 0 ] || stat -c 'own %f %u %g %n' "$@" 2>/dev/null
  set --
  for f in $own; do
    if [ -f "$f" ] && [ ! -L "$f" ] && [ ! -L "${f%/*}" ] && [ -r "$f" ]; then set -- "$@" "$f"; fi
  done
  [ $# = 0 ] || sha256sum "$@" 2>/dev/null | while read -r h n; do say hash "$h $n"; done
  [ -d previous ] && [ -e previous/.starts ] && say starting yes

  set --; small=' '
  for f in manifest.json certs/cert-chain.pem certs/key.pem previous/.adopted; do
    if [ -f "$f" ] && [ ! -L "$f" ] && [ -r "$f" ]; then set -- "$@" "$f"; fi
  done
  [ $# = 0 ] || set -- $(wc -c "$@" 2>/dev/null)
  while [ $# -ge 2 ]; do [ "$1" -le 65536 ] && small="$small$2 "; shift 2; done
  small previous/.adopted && say adopted "$(tr -cd a-f0-9 <previous/.adopted)"
  small manifest.json && say manifest "$(pack <manifest.json)"
  if small certs/cert-chain.pem; then
    say certificate "$(pack <certs/cert-chain.pem)"
    # The key itself never leaves the VM: only whether it belongs to the certificate.
    if small certs/key.pem && command -v openssl >/dev/null 2>&1; then
      k=$(openssl pkey -in certs/key.pem -pubout 2>/dev/null </dev/null); c=$(openssl x509 -in certs/cert-chain.pem -noout -pubkey 2>/dev/null </dev/null)
      if [ "$k" ] && [ "$k" = "$c" ]; then say key matches; else say key differs; fi
    elif [ ! -e certs/key.pem ]; then say key absent
    fi
  fi
}
small() { case $small in *" $1 "*) ;; *) return 1 ;; esac; }

ask_docker() {
  if ! command -v docker >/dev/null 2>&1; then say docker-rc 127; return 0; fi
  boot=$(systemctl is-enabled docker 2>/dev/null)
  case $boot in ''|*[!a-z-]*) ;; *) say boot "$boot" ;; esac
  # The three questions are asked side by side: each pipe holds the answer of its left end until it is read.
  { $limit docker info --format '{{json .}}' 2>/dev/null; } | {
    $limit docker ps -aq --no-trunc --filter label=embark.managed=true 2>/dev/null | {
      v=$($limit docker version --format '{{json .}}' 2>&1 </dev/null); rc=$?
      ids=$(cat); case $ids in *[!a-f0-9"$nl"]*) ids= ;; esac
      say docker-rc $rc
      case $v in *"$nl"*) tell docker-version "$v" ;; '{'*) say docker-version "$v" ;; *) tell docker-version "$v" ;; esac
      if [ $rc = 0 ]; then
        tell containers "$($limit docker inspect --type container $ids "$container" "$container.bridge" "$container.old" 2>/dev/null </dev/null)"
      fi
    }
    say docker-info "$(pack)"
  }
}

# Docker answers while the system is asked: the pipe holds its answer until the end.
ask_docker </dev/null | { ask_system; cat; }
