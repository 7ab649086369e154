# Setup of the VM, as its root: users, the guide's directory, sshd's files. Variables come from the host's specification.
awk -F: '$3 < 1000 && $1 != u { print }' u="$VM_USER" "$old/etc/passwd" >/etc/passwd.new
echo "$VM_USER:x:$VM_UID:$VM_UID::/home/$VM_USER:$VM_SHELL" >>/etc/passwd.new
awk -F: '$3 < 1000 && $1 != u && $1 != "docker" { print }' u="$VM_USER" "$old/etc/group" >/etc/group.new
echo "$VM_USER:x:$VM_UID:" >>/etc/group.new
echo "docker:x:2375:$VM_DOCKER_MEMBER" >>/etc/group.new
# A password field of '*' is no password but no lock either: sshd without PAM refuses locked accounts.
awk -F: '{ print $1 ":*:19000:0:99999:7:::" }' /etc/passwd.new >/etc/shadow.new
awk -F: '{ print $1 ":*::" $4 }' /etc/group.new >/etc/gshadow.new
for file in passwd group; do chmod 0644 "/etc/$file.new"; done
for file in shadow gshadow; do chmod 0640 "/etc/$file.new"; done
for file in passwd group shadow gshadow; do mv -f "/etc/$file.new" "/etc/$file"; done
rm -f /etc/subuid /etc/subgid /etc/profile.d/*

mkdir -p -m 0755 "/home/$VM_USER" /var/tmp /run/sshd /run/lock
chmod 1777 /run/lock
cp -a /etc/skel/. "/home/$VM_USER/" 2>/dev/null || :
mkdir -p -m 0700 "/home/$VM_USER/.ssh"
echo "$VM_AUTHORIZED_KEY" >"/home/$VM_USER/.ssh/authorized_keys"
chmod 0600 "/home/$VM_USER/.ssh/authorized_keys"
chown -R "$VM_UID:$VM_UID" "/home/$VM_USER"
mkdir -p /etc/istio-proxy
chmod 0775 /etc/istio-proxy
chown "$VM_UID:$VM_UID" /etc/istio-proxy

if [ "$VM_BARE" ]; then
    # Whoever prepares the machine logs in as root, or as admin with sudo; the user and its directory are theirs to make.
    sed -i "/^$VM_USER:/d" /etc/passwd /etc/group /etc/shadow /etc/gshadow
    sed -i "s/^docker:.*/docker:x:2375:/" /etc/group
    rm -rf "/home/$VM_USER" /etc/istio-proxy /etc/sudoers.d/embark-* /usr/local/sbin/embark-hosts
    echo 'admin:x:1700:1700::/home/admin:/bin/sh' >>/etc/passwd
    echo 'admin:x:1700:' >>/etc/group
    echo 'admin:*:19000:0:99999:7:::' >>/etc/shadow
    for home in /root /home/admin; do
        mkdir -p -m 0700 "$home" "$home/.ssh"
        echo "$VM_AUTHORIZED_KEY" >"$home/.ssh/authorized_keys"
        chmod 0600 "$home/.ssh/authorized_keys"
    done
    chown -R 0:0 /root/.ssh
    chown -R 1700:1700 /home/admin
    if [ -d /etc/sudoers.d ]; then
        echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin
        chmod 0440 /etc/sudoers.d/admin
    fi
fi

rm -rf /etc/ssh
mkdir -m 0755 /etc/ssh
cp "$old$VM_HOST_KEY" /etc/ssh/ssh_host_ed25519_key
chmod 0600 /etc/ssh/ssh_host_ed25519_key
printf '%s\n' "$VM_SSHD_CONFIG" >/etc/ssh/sshd_config

rm -f /run/docker.sock
[ "$VM_DOCKER" = Engine ] || rm -f /usr/local/bin/docker
if [ "$VM_DOCKER" = StandIn ]; then
    rm -f /usr/bin/docker
    printf '%s' "$VM_DOCKER_CLIENT" >/usr/bin/docker
    chmod 0755 /usr/bin/docker
elif [ "$VM_DOCKER" = None ]; then
    rm -f /usr/bin/docker
else
    # dockerd makes control groups; they belong to the machine, which is why the sandbox sweeps them.
    mount --rbind "$old/sys/fs/cgroup" /sys/fs/cgroup
    mkdir -p /etc/docker
    rm -f /etc/docker/daemon.json
fi
