# First process of a container: builds its root, then becomes the program. Run in new mount and process namespaces of the VM.
set -eu
umask 022
# Told through a file that was opened before the VM's files are out of reach.
exec 9>"$C_ROOT.up"
mount -t tmpfs -o mode=0755 container "$C_ROOT"
cd "$C_ROOT"
mkdir -p old dev/pts dev/shm etc/ssl home mnt opt/embark proc root run sys tmp usr var/tmp var/lib var/log
chmod 1777 tmp var/tmp
[ ! -d /opt/dotnet ] || mkdir opt/dotnet
for name in bin sbin lib lib32 lib64; do
    if [ -L "/$name" ]; then cp -P "/$name" "$name"; elif [ -d "/$name" ]; then mkdir "$name"; fi
done
# Relative: an absolute link would lead out of this root, onto the VM, as long as it is being built.
ln -s ../run var/run
cp /etc/ld.so.cache etc/ 2>/dev/null || :
cp /etc/nsswitch.conf etc/ 2>/dev/null || :
cp /etc/resolv.conf etc/ 2>/dev/null || :
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\nistio-proxy:x:1337:1337::/home:/bin/sh\n' >etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\nistio-proxy:x:1337:\n' >etc/group
printf '%s' "$C_HOSTS" >etc/hosts
cat /etc/hostname >etc/hostname
for device in full null random tty urandom zero; do : >"dev/$device"; done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount --rbind /usr usr
mount -t tmpfs -o mode=0755 programs usr/local/bin
printf '#!/bin/sh\n[ ! -d /opt/dotnet ] || export DOTNET_ROOT=/opt/dotnet\nexec /opt/embark/embark-sandbox "$@"\n' >usr/local/bin/pilot-agent
printf '#!/bin/sh\nexec pilot-agent app ratings --listen "${RATINGS_LISTEN:-0.0.0.0:9080}"\n' >usr/local/bin/ratings
chmod 0755 usr/local/bin/pilot-agent usr/local/bin/ratings
{
    for name in bin sbin lib lib32 lib64; do [ -L "/$name" ] || [ ! -d "/$name" ] || echo "/$name $C_ROOT/$name none rbind 0 0"; done
    for device in full null random tty urandom zero; do echo "/dev/$device $C_ROOT/dev/$device none bind 0 0"; done
    echo "/etc/ssl $C_ROOT/etc/ssl none bind 0 0"
    echo "/opt/embark $C_ROOT/opt/embark none bind 0 0"
    [ ! -d /opt/dotnet ] || echo "/opt/dotnet $C_ROOT/opt/dotnet none bind 0 0"
    echo "/sys $C_ROOT/sys none rbind 0 0"
    echo "proc $C_ROOT/proc proc nosuid,nodev,noexec 0 0"
    echo "devpts $C_ROOT/dev/pts devpts newinstance,ptmxmode=0666,mode=0620,gid=5 0 0"
    echo "tmpfs $C_ROOT/dev/shm tmpfs nosuid,nodev,mode=1777 0 0"
} >old/fstab
mount -a -T old/fstab
rm old/fstab
eval "$C_MOUNTS"
[ -z "$C_READONLY" ] || {
    mount -o remount,bind,ro "$C_ROOT/usr"
    mount -o remount,bind,ro "$C_ROOT/usr/local/bin"
}
pivot_root . old
cd /
umount -l /old
rmdir /old
[ -z "$C_READONLY" ] || mount -o remount,bind,ro /
cd "$C_DIRECTORY"
echo up >&9
exec 9>&-
eval "exec $C_EXEC"
