# Files of ours below $dir. New ones wait in next/; previous/ keeps what was there, and is the journal from which any later run can go back:
#   .kept  names that were there before    .new  names that were not
#   .starts  a container is started where none was    .stopped  the old one ran    .ready  it was ready    .adopted  id of a foreign one that was taken over
stop() { printf '%s\n' "$*" >&2; exit 1; }

# Makes a directory, or narrows one of ours that is wider.
own_directory() {
  [ ! -L "$1" ] || stop "$1 is a symbolic link"
  if [ ! -d "$1" ]; then mkdir -p "$1" && chmod "$2" "$1" || stop "cannot make the directory $1"; return 0; fi
  [ -O "$1" ] || stop "$1 does not belong to $(id -un)"
  mode=$(stat -c %a "$1") || exit 1
  [ $((0$mode & ~0$2 & 0777)) = 0 ] || chmod "$2" "$1" || exit 1
}

# A fresh scratch directory, with the directories that the given names need.
fresh() {
  rm -rf "$1" && mkdir -m 0700 "$1" || stop "cannot make $1"
  scratch=$1; shift
  for name; do
    case $name in */*) [ -d "$scratch/${name%/*}" ] || mkdir -p "$scratch/${name%/*}" || exit 1 ;; esac
  done
}

journal() { printf '%s\n' "$2" >>"$dir/previous/$1" || stop "cannot write to $dir/previous"; }

# Sets a file aside; a hard link, so that the name is never without a file.
keep() {
  case $1 in */*) [ -d "previous/${1%/*}" ] || mkdir -p "previous/${1%/*}" || exit 1 ;; esac
  journal .kept "$1"
  ln -f "$1" "previous/$1" 2>/dev/null || cp -p "$1" "previous/$1" 2>/dev/null || mv -f "$1" "previous/$1" || stop "cannot keep $dir/$1"
}

# Moves staged files into place: all must be there before the first is moved.
install_files() {
  cd "$dir" || exit 1
  for name; do { [ -f "next/$name" ] && [ ! -L "next/$name" ]; } || stop "$dir/next/$name was not staged"; done
  own_directory "$dir/previous" 0700
  for name; do
    [ ! -d "$name" ] || stop "$dir/$name: a directory is in the place of the file"
    if [ -f "$name" ] && [ ! -L "$name" ]; then keep "$name"; else journal .new "$name"; fi
  done
  for name; do mv -f "next/$name" "$name" || stop "cannot move $dir/$name into place"; done
  cd /
}

set_aside() {
  cd "$dir" || exit 1
  own_directory "$dir/previous" 0700
  for name; do
    if [ -f "$name" ] && [ ! -L "$name" ]; then keep "$name"; rm -f "$name" || exit 1; fi
  done
  cd /
}

# Puts back what previous/ keeps. Can be cut anywhere and done again.
restore_files() {
  [ -d "$dir/previous" ] && cd "$dir" || return 0
  if [ -f previous/.new ]; then while read -r name; do rm -f "$name" || exit 1; done <previous/.new; fi
  if [ -f previous/.kept ]; then
    while read -r name; do
      if [ ! -f "previous/$name" ] || [ "previous/$name" -ef "$name" ]; then continue; fi
      mv -f "previous/$name" "$name" || exit 1
    done <previous/.kept
  fi
  cd /
}

forget() { rm -rf "$dir/next" "$dir/bridge" "$dir/previous"; }
