# Reads what a plan and the preflight need; changes nothing. Answers one `key value` a line.
# Given: dir (empty: the default), entry (namespace.name), container, own (files of ours, relative to dir), tools.
# Free text travels as base64; `-` stands for none. Tested with dash, busybox and bash.
say() { printf '%s %s\n' "$1" "$2"; }
pack() { if [ "$base64" ]; then base64 | tr -d '\n'; else cat >/dev/null; printf -- -; fi; }
tell() { say "$1" "$(printf '%s' "$2" | pack)"; }
base64=; command -v base64 >/dev/null 2>&1 && base64=1
limit=; command -v timeout >/dev/null 2>&1 && limit='timeout 10'
for t in $tools; do command -v "$t" >/dev/null 2>&1 || say missing "$t"; done

ask_system() {
  say system "$(uname -s) $(uname -m)"
  say clock "$(date +%s)"
  say id "$(id -u) $(id -g)"
  tell user "$(id -un 2>/dev/null)"
  tell home "$HOME"
  [ -d "$HOME" ] && say home-exists yes

  if [ -z "$dir" ]; then
    if [ -d /var/lib/embark ] && [ ! -L /var/lib/embark ] && [ -O /var/lib/embark ]
    then dir=/var/lib/embark/$entry
    else dir=${HOME%/}/.embark/$entry
    fi
  fi
  tell directory "$dir"
  if command -v stat >/dev/null 2>&1; then
    stat -c 'path %f %u %g %n' / 2>/dev/null
    p=; rest=${dir#/}/
    while [ "$rest" ]; do
      p=$p/${rest%%/*}; rest=${rest#*/}
      [ -e "$p" ] || [ -L "$p" ] || break
      stat -c 'path %f %u %g %n' "$p" 2>/dev/null
      deepest=$p
    done
  fi
  deepest=${deepest:-/}
  [ -w "$deepest" ] && say writable yes
  set -- $(df -Pk "$deepest" 2>/dev/null | tail -n 1)
  [ $# -ge 6 ] && say free-kib "$4" && mount=$6
  set -- $(df -Pi "$deepest" 2>/dev/null | tail -n 1)
  [ $# -ge 6 ] && [ "$2" != 0 ] && [ "$2" != - ] && say free-inodes "$4"
  while read -r x m x o x; do [ "$m" = "$mount" ] && options=$o; done 2>/dev/null </proc/self/mounts
  case ,$options, in *,ro,*) say read-only yes ;; esac

  if [ -d "$dir" ] && [ ! -L "$dir" ] && cd "$dir" 2>/dev/null; then
    for f in tokens certs next bridge previous; do
      if [ -e "$f" ] || [ -L "$f" ]; then stat -c 'own %f %u %g %n' "$f"; fi
    done
    for f in $own; do
      if [ -f "$f" ] && [ ! -L "$f" ] && [ ! -L "${f%/*}" ]; then
        stat -c 'own %f %u %g %n' "$f"
        [ -r "$f" ] && sha256sum "$f" 2>/dev/null | while read -r h n; do say hash "$h $n"; done
      elif [ -e "$f" ] || [ -L "$f" ]; then
        stat -c 'own %f %u %g %n' "$f"
      fi
    done
    [ -d previous ] && [ -e previous/.starts ] && say starting yes
    small() { [ -f "$1" ] && [ ! -L "$1" ] && [ -r "$1" ] && [ "$(wc -c <"$1")" -le 65536 ]; }
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
    cd /
  fi

  tell addresses "$(ip -o addr show 2>/dev/null || hostname -I 2>/dev/null)"
  for f in /proc/net/tcp /proc/net/tcp6; do
    [ -r $f ] && while read -r x local x state x x x uid x; do
      [ "$state" = 0A ] && say listen "$local $uid"
    done <$f
  done
  tell sockets "$(ss -Hltnp 2>/dev/null)"
}

ask_docker() {
  if ! command -v docker >/dev/null 2>&1; then say docker-rc 127; return 0; fi
  say boot "$(systemctl is-enabled docker 2>/dev/null | head -n 1 | tr -cd a-z-)"
  # The three questions are asked side by side: each pipe holds the answer of its left end until it is read.
  { $limit docker info --format '{{json .}}' 2>/dev/null; } | {
    $limit docker ps -aq --no-trunc --filter label=embark.managed=true 2>/dev/null | {
      v=$($limit docker version --format '{{json .}}' 2>&1 </dev/null); rc=$?
      ids=$(tr -cd 'a-f0-9\n')
      say docker-rc $rc
      tell docker-version "$v"
      if [ $rc = 0 ]; then
        tell containers "$($limit docker inspect --type container $ids "$container" "$container.bridge" "$container.old" 2>/dev/null </dev/null)"
      fi
    }
    say docker-info "$(pack)"
  }
}

# Docker answers while the system is asked: the pipe holds its answer until the end.
ask_docker </dev/null | { ask_system; cat; }
