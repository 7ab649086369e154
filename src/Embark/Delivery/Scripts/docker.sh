# Containers. Needs files.sh, web.sh, $dir, $container, and its readiness ports $ready_at and $bridge_ready_at. Only containers with our label are touched, and the one that was adopted.
# How long a proxy that takes the place of a ready one may take to be ready itself, in seconds.
patience=45

docker_() { limit=$1; shift; timeout -k 5 "$limit" docker "$@"; }

# Looks at a container; fails when it is not there. In docker's JSON every quote inside a value is escaped, so no variable or label can imitate a member.
look() { seen=$(docker_ 20 inspect --type container "$1" 2>/dev/null); }
is_running() { case $seen in *'"Status": "running"'*) ;; *) return 1 ;; esac; }
is_created() { case $seen in *'"Status": "created"'*) ;; *) return 1 ;; esac; }
is_ours() { case $seen in *'"embark.managed": "true"'*) ;; *) return 1 ;; esac; }
seen_id() { id=${seen#*'"Id": "'}; printf '%s\n' "${id%%'"'*}"; }
is_adopted() { [ -f "$dir/previous/.adopted" ] && [ "$(cat "$dir/previous/.adopted")" = "$(seen_id)" ]; }

remove_container() {
  look "$1" || return 0
  is_ours || is_adopted || stop "container $1 was not made by Embark; it stays"
  docker_ 60 rm --force "$1" >/dev/null || exit 1
}

# remove_proxy NAME PORT: removes a proxy; one that is ready may be serving, so it drains first.
remove_proxy() {
  if look "$1" && is_ours && is_running && is_ready "$2"; then docker_ 60 stop "$1" >/dev/null; fi
  remove_container "$1"
}

# is_ready PORT: does a proxy's readiness port say 200?
is_ready() { case $(fetch 127.0.0.1 "$1" /healthz/ready localhost | head -c 12) in 'HTTP/1.'?' 200') ;; *) return 1 ;; esac; }
listeners() { fetch 127.0.0.1 "$1" /listeners localhost; }

# What a proxy still lacks to take the place of one that was ready: readiness, and those of the wanted listeners that its predecessor has.
wanted_listeners() {
  had=$(listeners "$1"); shift; wanted=
  for name; do case $had in *"$name::"*) wanted="$wanted $name" ;; esac; done
}
find_lacks() {
  lacks=
  if ! is_ready "$1"; then lacks="it is up, but its readiness port $1 does not say 200"; return 0; fi
  [ "$wanted" ] || return 0
  has=$(listeners "$2")
  for name in $wanted; do case $has in *"$name::"*) ;; *) lacks="$lacks $name" ;; esac; done
  [ ! "$lacks" ] || lacks="it is ready, but has no listener$lacks, which the proxy before it has"
}

# watch_container NAME SECONDS [READINESS ADMIN]: says how a container does after it was left alone for so many seconds; ends at once when it does
# not stay up. With ports it must also lack nothing (find_lacks) within $patience seconds.
watch_container() {
  second=0; good=1; lacks=
  while :; do
    look "$1" && is_running || { good=; break; }
    case $seen in *'"RestartCount": 0,'*) ;; *) good=; break ;; esac
    if [ "$second" -ge "$2" ]; then
      [ $# = 2 ] || find_lacks "$3" "$4"
      [ "$lacks" ] || break
      [ "$second" -lt "$patience" ] || { good=; break; }
    fi
    second=$((second + 1)); sleep 1
  done
  printf 'state %s\n' "$(printf '%s' "$seen" | base64 | tr -d '\n')"
  [ ! "$lacks" ] || printf 'lacks %s\n' "$(printf '%s' "$lacks" | base64 | tr -d '\n')"
  [ "$good" ] || printf 'log %s\n' "$(docker_ 20 logs --tail 20 "$1" 2>&1 | tail -c 16384 | base64 | tr -d '\n')"
}

# Stops a proxy and takes its name away, so that another can have it. What is foreign is noted by id, for the way back.
retire() {
  look "$1" || return 0
  own_directory "$dir/previous" 0700
  if ! is_ours; then
    [ "$adopt" ] || stop "container $1 was not made by Embark; it stays"
    seen_id >"$dir/previous/.adopted" || exit 1
  elif is_created; then remove_container "$1"; return 0
  fi
  if is_ready "$ready_at"; then : >"$dir/previous/.ready" || exit 1; fi
  if is_running; then : >"$dir/previous/.stopped" && docker_ 60 stop "$1" >/dev/null || exit 1; fi
  docker_ 20 rename "$1" "$1.old" || exit 1
}

start_again() {
  if [ ! -f "$dir/previous/.stopped" ] || ! look "$container" || is_running; then return 0; fi
  docker_ 60 start "$container" >/dev/null || exit 1
  sleep 1; second=1
  # Whoever carries the traffic meanwhile goes only when this one does.
  while [ -f "$dir/previous/.ready" ] && [ "$second" -lt "$patience" ] && ! is_ready "$ready_at"; do second=$((second + 1)); sleep 1; done
  look "$container" && is_running || stop "container $container does not stay up"
}

# The way back, from any point: the old proxy has its name and runs, its files are back, nothing of the new one is left.
roll_back() {
  if look "$container.old"; then
    if is_ours || is_adopted; then
      remove_proxy "$container" "$ready_at"
      restore_files
      docker_ 20 rename "$container.old" "$container" || exit 1
      start_again
    fi
  elif [ -f "$dir/previous/.starts" ]; then
    remove_container "$container"
    restore_files
  else
    restore_files
    start_again
  fi
  remove_proxy "$container.bridge" "$bridge_ready_at"
  forget
}

# The way on: the new proxy has proved itself. The bridge drains first.
conclude() {
  if look "$container.bridge" && is_ours; then
    docker_ 60 stop "$container.bridge" >/dev/null
    docker_ 60 rm --force "$container.bridge" >/dev/null || exit 1
  fi
  remove_container "$container.old"
  forget
}
