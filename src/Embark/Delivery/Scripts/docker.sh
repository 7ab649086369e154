# Containers. Needs files.sh, $dir and $container. Only containers with our label are touched, and the one that was adopted.
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

# Says how a container does after it was left alone for so many seconds; ends at once when it does not stay up.
watch_container() {
  second=0; good=1
  while :; do
    look "$1" && is_running || { good=; break; }
    case $seen in *'"RestartCount": 0,'*) ;; *) good=; break ;; esac
    [ "$second" -lt "$2" ] || break
    second=$((second + 1)); sleep 1
  done
  printf 'state %s\n' "$(printf '%s' "$seen" | base64 | tr -d '\n')"
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
  if is_running; then : >"$dir/previous/.stopped" && docker_ 60 stop "$1" >/dev/null || exit 1; fi
  docker_ 20 rename "$1" "$1.old" || exit 1
}

start_again() {
  if [ ! -f "$dir/previous/.stopped" ] || ! look "$container" || is_running; then return 0; fi
  docker_ 60 start "$container" >/dev/null || exit 1
  sleep 1
  look "$container" && is_running || stop "container $container does not stay up"
}

# The way back, from any point: the old proxy has its name and runs, its files are back, nothing of the new one is left.
roll_back() {
  if look "$container.old"; then
    if is_ours || is_adopted; then
      remove_container "$container"
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
  remove_container "$container.bridge"
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
