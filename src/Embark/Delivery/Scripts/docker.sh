# Containers. Needs files.sh, $dir and $container. Only containers with our label are touched, and the one that was adopted.
docker_() { limit=$1; shift; timeout -k 5 "$limit" docker "$@"; }
describe() { docker_ 20 inspect --type container "$1" 2>/dev/null; }
exists() { describe "$1" >/dev/null; }
runs() { describe "$1" | grep -q '"Status": "running"'; }
# In docker's JSON every quote inside a value is escaped, so no variable or label can imitate this.
is_ours() { describe "$1" | grep -q '"embark.managed": "true"'; }
id_of() { describe "$1" | sed -n 's/^ *"Id": "\([0-9a-f]*\)".*/\1/p' | head -n 1; }
is_adopted() { [ -f "$dir/previous/.adopted" ] && [ "$(cat "$dir/previous/.adopted")" = "$(id_of "$1")" ]; }

remove_container() {
  exists "$1" || return 0
  is_ours "$1" || is_adopted "$1" || stop "container $1 was not made by Embark; it stays"
  docker_ 60 rm --force "$1" >/dev/null || exit 1
}

# Says how a container does after it was left alone for so many seconds; ends at once when it does not stay up.
watch_container() {
  second=0; good=1
  while :; do
    now=$(describe "$1") || { good=; break; }
    printf '%s' "$now" | grep -q '"Status": "running"' && printf '%s' "$now" | grep -q '"RestartCount": 0,' || { good=; break; }
    [ "$second" -lt "$2" ] || break
    second=$((second + 1)); sleep 1
  done
  printf 'state %s\n' "$(printf '%s' "$now" | base64 | tr -d '\n')"
  [ "$good" ] || printf 'log %s\n' "$(docker_ 20 logs --tail 20 "$1" 2>&1 | tail -c 16384 | base64 | tr -d '\n')"
}

# Stops a proxy and takes its name away, so that another can have it. What is foreign is noted by id, for the way back.
retire() {
  own_directory "$dir/previous" 0700
  if ! is_ours "$1"; then
    [ "$adopt" ] || stop "container $1 was not made by Embark; it stays"
    id_of "$1" >"$dir/previous/.adopted" || exit 1
  fi
  if describe "$1" | grep -q '"Status": "created"'; then remove_container "$1"; return 0; fi
  if runs "$1"; then : >"$dir/previous/.stopped" && docker_ 60 stop "$1" >/dev/null || exit 1; fi
  docker_ 20 rename "$1" "$1.old" || exit 1
}

start_again() {
  if [ ! -f "$dir/previous/.stopped" ] || runs "$container"; then return 0; fi
  docker_ 60 start "$container" >/dev/null || exit 1
  sleep 1
  runs "$container" || stop "container $container does not stay up"
}

# The way back, from any point: the old proxy has its name and runs, its files are back, nothing of the new one is left.
roll_back() {
  if exists "$container.old"; then
    if is_ours "$container.old" || is_adopted "$container.old"; then
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

# The way on: the new proxy has proved itself.
conclude() {
  if exists "$container.bridge" && is_ours "$container.bridge"; then docker_ 60 stop "$container.bridge" >/dev/null; remove_container "$container.bridge"; fi
  ! exists "$container.old" || remove_container "$container.old"
  forget
}
