# Prepares a Linux machine for `embark join`. It is run by root; run again, it changes nothing. With the word `check` it only says what it would change.
# Each line it says begins with `change`, `note`, `refused` or `failed`; what the commands themselves say goes to standard error.
# It never replaces another Docker (podman, snap, rootless), unlocks an account that somebody locked, takes over a directory with
# somebody else's files, changes sshd, or opens a firewall.
mode=${1:-apply}
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
umask 022
note() { printf 'note %s\n' "$*"; }
refuse() { printf 'refused %s\n' "$*"; exit 3; }
have() { command -v "$1" >/dev/null 2>&1; }
step() {
  printf 'change %s\n' "$1"
  [ "$mode" = check ] && return 0
  title=$1; shift
  "$@" >&2 || { printf 'failed %s\n' "$title"; exit 1; }
}
[ "$(id -u)" = 0 ] || refuse "this needs root"
[ "$(uname -s)" = Linux ] || refuse "$(uname -s) is not Linux"
case $(uname -m) in x86_64 | amd64 | aarch64 | arm64) ;; *) refuse "$(uname -m): proxies exist for amd64 and arm64 only" ;; esac

ID='' ID_LIKE='' family=''
[ ! -r /etc/os-release ] || . /etc/os-release
for word in $ID $ID_LIKE; do
  case $word in
    debian | ubuntu) family=debian ;;
    fedora) family=fedora ;;
    amzn) family=amazon ;;
    rhel | centos | rocky | almalinux | ol) family=rhel ;;
    suse | opensuse* | sles*) family=suse ;;
    alpine) family=alpine ;;
  esac
  [ -z "$family" ] || break
done

# Docker, from the system's own packages; Red Hat's have none, so Docker's repository is added there.
install_docker() {
  case $family in
    debian) export DEBIAN_FRONTEND=noninteractive; apt-get update && apt-get install -y --no-install-recommends docker.io ;;
    fedora) dnf -y install moby-engine ;;
    amazon) if have dnf; then dnf -y install docker; else yum -y install docker; fi ;;
    rhel)
      at=centos; [ "$ID" != rhel ] || at=rhel
      curl -fsSL -o /etc/yum.repos.d/docker-ce.repo "https://download.docker.com/linux/$at/docker-ce.repo" && dnf -y install docker-ce docker-ce-cli containerd.io ;;
    suse) zypper --non-interactive install docker ;;
    alpine) apk add docker ;;
  esac
}
if ! have docker; then
  case $family in
    '') refuse "no way is known to install Docker on '${ID:-this system}': install it yourself, then run this again" ;;
    rhel) step "install Docker from download.docker.com, whose repository is added" install_docker ;;
    *) step "install Docker by the packages of $family" install_docker ;;
  esac
else
  case $(docker --version 2>&1) in *[Pp]odman*) refuse "the docker command is podman's, whose containers do not come back after a restart; it is not replaced" ;; esac
  case $(readlink -f "$(command -v docker)") in */snap/* | /usr/bin/snap) refuse "Docker was installed as a snap, which cannot read the directory; it is not replaced" ;; esac
fi

# The account.
make_group() { if have groupadd; then groupadd --system docker; else addgroup -S docker; fi; }
make_user() {
  if have useradd; then useradd --create-home --user-group --shell "$(command -v bash || echo /bin/sh)" "$user"; else adduser -D -s /bin/sh "$user"; fi && unlock
}
# '*' is no password; with '!' some sshd refuse the key as well.
unlock() { echo "$user:*" | chpasswd -e; }
join_group() { if have usermod; then usermod -aG docker "$user"; else addgroup "$user" docker; fi; }
known() { { getent passwd "$user" || grep "^$user:" /etc/passwd; } 2>/dev/null | head -n 1; }
if have docker && ! { getent group docker || grep '^docker:' /etc/group; } >/dev/null 2>&1; then step "make the group docker" make_group; fi
[ -n "$(known)" ] || step "make the user $user" make_user
[ "$(id -u "$user" 2>/dev/null)" != 0 ] || refuse "$user is root: the proxy needs an account of its own"
case $(grep "^$user:" /etc/shadow 2>/dev/null | cut -d: -f2) in
  '' | '*') [ -n "$(known)" ] || step "let $user log in by key; it has no password" unlock ;;
  '!' | '!!' | '!*') step "let $user log in by key; it has no password" unlock ;;
  '!'*) refuse "the account $user was locked by somebody: unlock it, or name another with --user" ;;
esac
if ! id -nG "$user" 2>/dev/null | tr ' ' '\n' | grep -qx docker; then step "add $user to the group docker" join_group; fi

# Its key.
home=$(known | cut -d: -f6)
home=${home:-/home/$user}
keys=$home/.ssh/authorized_keys
has_key() { [ -f "$keys" ] && grep -v '^[[:space:]]*#' "$keys" | grep -qF "$(echo "$key" | cut -d' ' -f1,2)"; }
add_key() {
  own=$(id -u "$user"):$(id -g "$user")
  if [ ! -d "$home/.ssh" ]; then mkdir -m 0700 "$home/.ssh" && chown "$own" "$home/.ssh" || return 1; fi
  if [ -s "$keys" ] && [ -n "$(tail -c 1 "$keys")" ]; then echo >>"$keys"; fi
  [ -f "$keys" ] || { : >"$keys" && chmod 0600 "$keys" && chown "$own" "$keys"; } || return 1
  echo "$key" >>"$keys"
  if have restorecon; then restorecon -R "$home/.ssh"; fi
  return 0
}
if [ -z "$key" ]; then note "no public key was given: who may log in as $user is left as it is"
elif [ -L "$home/.ssh" ] || [ -L "$keys" ]; then refuse "$keys is reached over a symbolic link"
elif ! has_key; then step "let your key log in as $user" add_key
fi

# The directory.
own_directory() { mkdir -p "$directory" && chown "$user:" "$directory" && chmod 0750 "$directory"; }
if [ -L "$directory" ]; then refuse "$directory is a symbolic link"
elif [ ! -d "$directory" ]; then step "make the directory $directory, of $user alone" own_directory
elif [ "$(stat -c %U "$directory")" != "$user" ]; then
  [ -z "$(ls -A "$directory")" ] || refuse "$directory belongs to $(stat -c %U "$directory") and is not empty: name another with --config-dir"
  step "give the empty directory $directory to $user" own_directory
elif [ $((0$(stat -c %a "$directory") & 0027)) != 0 ]; then step "narrow the mode of $directory to 0750" chmod 0750 "$directory"
fi

# Docker at boot, and now.
if [ -d /run/systemd/system ]; then
  if [ "$(systemctl is-enabled docker 2>/dev/null)" != enabled ] || [ "$(systemctl is-active docker 2>/dev/null)" != active ]; then
    step "start Docker, now and at boot" systemctl enable --now docker
  fi
elif have rc-update; then
  start_docker() { rc-update add docker default && { rc-service docker status >/dev/null 2>&1 || rc-service docker start; }; }
  rc-update show default 2>/dev/null | grep -qw docker || step "start Docker, now and at boot" start_docker
else note "neither systemd nor OpenRC runs here: see yourself that Docker starts at boot"
fi

# Names in /etc/hosts: one script, and the right to run it as root.
script=/usr/local/sbin/embark-hosts
install_script() { mkdir -p /usr/local/sbin && echo "$tool" | base64 -d >"$script.new" && chown 0:0 "$script.new" && chmod 0755 "$script.new" && mv -f "$script.new" "$script"; }
install_rule() {
  printf '%s\n' "$line" >"$rule.new~" && chmod "$rule_mode" "$rule.new~" && { ! have visudo || [ "$rule_mode" = 0400 ] || visudo -cqf "$rule.new~"; } && mv -f "$rule.new~" "$rule" || { rm -f "$rule.new~"; return 1; }
}
name=embark-hosts-$(echo "$user" | tr . _)
if have sudo; then rule=/etc/sudoers.d/$name rule_mode=0440 line="$user ALL=(root) NOPASSWD: $script"
elif have doas && [ -d /etc/doas.d ]; then rule=/etc/doas.d/$name.conf rule_mode=0400 line="permit nopass $user as root cmd $script"
else rule=''; note "neither sudo nor doas is here: names in /etc/hosts (embark hosts) are to be written by root"
fi
if [ -n "$rule" ]; then
  [ "$(base64 <"$script" 2>/dev/null | tr -d '\n')" = "$tool" ] && [ "$(stat -c '%a %u' "$script")" = '755 0' ] || step "install $script, which keeps names in /etc/hosts" install_script
  [ "$(cat "$rule" 2>/dev/null)" = "$line" ] || step "let $user run it as root, and nothing else ($rule)" install_rule
fi
exit 0
