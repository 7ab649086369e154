# First process of a host: builds a root of its own, then waits for the end of its stdin.
# Everything it writes lies on one tmpfs in a private mount namespace, so nothing stays on the machine.
set -eu
umask 022
# The old /proc still counts in the machine's process ids: tell ours, so that the network can be plugged in meanwhile.
read -r pid rest </proc/self/stat
echo "pid $pid"

root=$EMBARK_ROOT
mount -t tmpfs -o mode=0755 embark "$root"
cd "$root"
mkdir -p -m 0700 .layers
mkdir -p old proc sys dev run tmp home root mnt opt/embark
chmod 1777 tmp
chmod 0700 root

# Mounts an overlay of a directory of the machine at the same place in the new root.
overlay() {
    layer=.layers/$(echo "$1" | tr / _)
    mkdir -p "$1" "$layer.upper" "$layer.work"
    chmod --reference="/$1" "$layer.upper"
    mount -t overlay -o "lowerdir=/$1,upperdir=$root/$layer.upper,workdir=$root/$layer.work$EMBARK_OVERLAY" overlay "$1" 2>/dev/null
}

for path in /*; do
    name=${path#/}
    if [ -L "$path" ]; then
        cp -P "$path" "$name"
        continue
    fi
    case $EMBARK_ROOTLESS$name in
    # The machine's root is nobody in a user namespace, so what lies below cannot be changed there: /etc is copied as far as it
    # can be read, /var starts empty.
    1etc) mkdir etc; cp -a /etc/. etc/ 2>/dev/null || : ;;
    1var) mkdir -p var/cache var/lib var/log var/tmp; ln -s ../run var/run ;;
    # Where an overlay is refused (something is mounted below): a copy of /etc, the rest as it is, read-only.
    etc) overlay etc || cp -a /etc/. etc/ 2>/dev/null || : ;;
    *bin | *lib | *lib32 | *lib64 | *opt | *sbin | *srv | *usr | var) overlay "$name" || mount --rbind -o ro "$path" "$name" ;;
    esac
done
[ -z "$EMBARK_ROOTLESS" ] || for name in usr/bin usr/sbin usr/local/bin; do overlay "$name"; done

mkdir -p "opt/embark"
[ -z "$EMBARK_DOTNET" ] || mkdir -p opt/dotnet
mkdir -p dev/pts dev/shm
for device in full null random tty urandom zero; do : >"dev/$device"; done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
{
    for device in full null random tty urandom zero; do echo "/dev/$device $root/dev/$device none bind 0 0"; done
    echo "proc $root/proc proc nosuid,nodev,noexec 0 0"
    echo "sysfs $root/sys sysfs nosuid,nodev,noexec,ro 0 0"
    echo "devpts $root/dev/pts devpts newinstance,ptmxmode=0666,mode=0620,gid=5 0 0"
    echo "tmpfs $root/dev/shm tmpfs nosuid,nodev,mode=1777 0 0"
    echo "$EMBARK_PROGRAMS $root/opt/embark none bind,ro 0 0"
    [ -z "$EMBARK_DOTNET" ] || echo "$EMBARK_DOTNET $root/opt/dotnet none bind,ro 0 0"
} | sed 's/\\/\\134/g' >.layers/fstab
mount -a -T .layers/fstab

# pivot_root, not chroot: whoever enters this mount namespace must land in this root.
pivot_root . old
cd /
old=/old
hostname "$EMBARK_HOST"
rm -f /etc/hostname /etc/hosts
echo "$EMBARK_HOST" >/etc/hostname
printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost\n' "$EMBARK_HOST" >/etc/hosts
[ -z "$EMBARK_FORWARD" ] || echo 1 >/proc/sys/net/ipv4/ip_forward
[ -z "$EMBARK_FORWARD" ] || echo 1 >/proc/sys/net/ipv6/conf/all/forwarding 2>/dev/null || :
cat >/usr/local/bin/embark-sandbox <<'END'
#!/bin/sh
[ ! -d /opt/dotnet ] || export DOTNET_ROOT=/opt/dotnet
exec /opt/embark/embark-sandbox "$@"
END
chmod 0755 /usr/local/bin/embark-sandbox

eval "$EMBARK_SETUP"

umount -l /old
rmdir /old
echo up
# Ignoring the signal makes the kernel reap orphans; the end of stdin is the end of the host.
exec env -i --ignore-signal=CHLD cat >/dev/null
