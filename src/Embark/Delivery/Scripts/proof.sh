# Reads how the proxy is; changes nothing. Answers one `key value` a line; free text travels as base64.
# Needs web.sh. Given: dir (empty: the default), entry (namespace.name), container, stats and dump (paths of the proxy's admin pages),
# admin, status, readiness (its ports), address, port, host, path (one request into the mesh; address empty: none), istiod and istiod_port
# (where the VM reaches it; empty: nobody knows).
say() { printf '%s %s\n' "$1" "$2"; }
pack() { base64 | tr -d '\n'; }
tell() { say "$1" "$(printf '%s' "$2" | pack)"; }
page() { fetch "$@" | pack; }

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

say ready "$(page 127.0.0.1 "$readiness" /healthz/ready localhost)"
say agent "$(page 127.0.0.1 "$status" /healthz/ready localhost)"
say listeners "$(page 127.0.0.1 "$admin" /listeners localhost)"
say clusters "$(page 127.0.0.1 "$admin" /clusters localhost)"
[ ! "$istiod" ] || say reach "$(reach "$istiod" "$istiod_port")"
say clock "$(date +%s)"
say stats "$(page 127.0.0.1 "$admin" "$stats" localhost)"
if [ "$address" ]; then
  say answer "$(page "$address" "$port" "$path" "$host")"
  say dump "$(page 127.0.0.1 "$admin" "$dump" localhost)"
fi

tell addresses "$(ip -o addr show 2>/dev/null || hostname -I 2>/dev/null)"
for f in /proc/net/tcp /proc/net/tcp6; do
  [ -r $f ] && while read -r x local x state x x x uid x; do
    [ "$state" = 0A ] && say listen "$local $uid"
  done <$f
done
tell sockets "$(ss -Hltnp 2>/dev/null)"
exit 0
