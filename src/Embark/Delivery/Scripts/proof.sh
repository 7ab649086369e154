# Reads how the proxy is; changes nothing. Answers one `key value` a line; free text travels as base64.
# Given: dir (empty: the default), entry (namespace.name), container, stats and dump (paths of the proxy's admin pages),
# address, port, host, path (one request into the mesh; address empty: none).
say() { printf '%s %s\n' "$1" "$2"; }
pack() { base64 | tr -d '\n'; }
tell() { say "$1" "$(printf '%s' "$2" | pack)"; }
have() { command -v "$1" >/dev/null 2>&1; }

# fetch ADDRESS PORT PATH HOST: the answer as it came, head and all; nothing where none came.
raw() { printf 'GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: embark\r\nConnection: close\r\n\r\n' "$1" "$2"; }
fetch() {
  {
    case $1 in *:*) url="http://[$1]:$2$3" ;; *) url="http://$1:$2$3" ;; esac
    if have curl; then curl -sgi --raw --noproxy '*' --connect-timeout 3 -m 8 -A embark -H "Host: $4" "$url"
    elif have bash; then raw "$3" "$4" | timeout 8 bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 1; cat >&3; cat <&3' "$1" "$2"
    elif have busybox && busybox nc --help 2>&1 | grep -q '^Usage'; then raw "$3" "$4" | timeout 8 busybox nc "$1" "$2"
    elif have nc; then raw "$3" "$4" | timeout 8 nc "$1" "$2"
    elif have wget; then wget -q --save-headers --content-on-error --no-proxy -T 8 -t 1 --header "Host: $4" -O - "$url"
    fi
  } 2>/dev/null </dev/null | head -c 700000 | pack
}

if [ -z "$dir" ]; then
  if [ -d /var/lib/embark ] && [ ! -L /var/lib/embark ] && [ -O /var/lib/embark ]
  then dir=/var/lib/embark/$entry
  else dir=${HOME%/}/.embark/$entry
  fi
fi
small() { [ -f "$1" ] && [ ! -L "$1" ] && [ -r "$1" ] && [ "$(wc -c <"$1")" -le 65536 ]; }
small "$dir/certs/cert-chain.pem" && say certificate "$(pack <"$dir/certs/cert-chain.pem")"

tell container "$(timeout 20 docker inspect --type container "$container" 2>/dev/null)"
started=$(timeout 20 docker inspect --type container --format '{{.State.StartedAt}}' "$container" 2>/dev/null)
# What decides is said once at the start, or again and again at the end; readiness is told apart by asking.
timeout 20 docker logs ${started:+--since "$started"} "$container" 2>&1 </dev/null | grep -v 'NOT ready: config' | if have awk
then awk 'NR <= 150 { print; next } { last[NR % 200] = $0 } END { for (n = (NR > 350 ? NR - 199 : 151); n <= NR; n++) print last[n % 200] }'
else tail -n 350
fi | head -c 400000 | { printf 'log '; pack; echo; }

say ready "$(fetch 127.0.0.1 15021 /healthz/ready localhost)"
say agent "$(fetch 127.0.0.1 15020 /healthz/ready localhost)"
say listeners "$(fetch 127.0.0.1 15000 /listeners localhost)"
say clusters "$(fetch 127.0.0.1 15000 /clusters localhost)"
say clock "$(date +%s)"
say stats "$(fetch 127.0.0.1 15000 "$stats" localhost)"
if [ "$address" ]; then
  say answer "$(fetch "$address" "$port" "$path" "$host")"
  say dump "$(fetch 127.0.0.1 15000 "$dump" localhost)"
fi

tell addresses "$(ip -o addr show 2>/dev/null || hostname -I 2>/dev/null)"
for f in /proc/net/tcp /proc/net/tcp6; do
  [ -r $f ] && while read -r x local x state x x x uid x; do
    [ "$state" = 0A ] && say listen "$local $uid"
  done <$f
done
tell sockets "$(ss -Hltnp 2>/dev/null)"
exit 0
