# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A node: a QEMU guest with an overlay over the node image and a seed, reached by SSH.

node_dir() { printf '%s/nodes/%s' "$state" "$1"; }

# A fresh disk, and the files that make it this node.
node_prepare() {
	local node=$1 dir
	dir=$(node_dir "$node")
	rm -rf "$dir"
	mkdir -p "$dir"
	qemu-img create -q -f qcow2 -F raw -b "$node_image" "$dir/disk.qcow2"
	node_seed "$node" "$dir/seed"
	tar -cf "$dir/seed.tar" --owner=0 --group=0 -C "$dir/seed" .
	rm -rf "$dir/seed"
	chmod 600 "$dir/seed.tar"
	[ "$(lab_uid)" -eq 0 ] || chown -R "$(lab_uid):$(lab_gid)" "$state/nodes"
}

# What one node does not share with the others. Unpacked by image/init at the first boot.
node_seed() {
	local node=$1 seed=$2
	mkdir -p "$seed"/etc/{drvs,ssh} "$seed/root/.ssh"
	chmod 755 "$seed" "$seed/etc" "$seed/etc/ssh" "$seed/etc/drvs"
	chmod 700 "$seed/root" "$seed/root/.ssh"
	printf '%s\n' "$node" >"$seed/etc/hostname"
	printf '%s\n' "$node" >"$seed/etc/drvs-lab-seed"
	# Stays the same over `down` and `up`: the node is the same machine.
	printf 'drvs-lab %s' "$(cat "$keys/$node.pub")" | md5sum | cut -c1-32 >"$seed/etc/machine-id"
	{
		printf '127.0.0.1 localhost\n%s drvs-lab\n' "$host_address"
		local other
		for other in "${nodes[@]}"; do printf '%s %s\n' "$(node_address "$other")" "$other"; done
	} >"$seed/etc/hosts"
	cp "$keys/$node" "$seed/etc/ssh/ssh_host_ed25519_key"
	cp "$keys/ssh.pub" "$seed/root/.ssh/authorized_keys"
	chmod 600 "$seed/etc/ssh/ssh_host_ed25519_key" "$seed/root/.ssh/authorized_keys"
	node_seed_agent "$node" "$seed"
	chmod 644 "$seed"/etc/{hostname,drvs-lab-seed,machine-id,hosts}
}

node_seed_agent() {
	local node=$1 seed=$2
	cp "$tls/ca.pem" "$seed/etc/drvs/ca.pem"
	cp "$keys/ldap-$node" "$seed/etc/drvs/ldap-password"
	chmod 600 "$seed/etc/drvs/ldap-password"
	cat >"$seed/etc/drvs/agent.conf" <<-CONF
		ldapUrl=ldaps://$host_address
		ldapCa=/etc/drvs/ca.pem
		nodeDn=cn=$node,ou=nodes,$system_base
		systemBase=$system_base
		allowUsers=drvs
		allowRoot=false
		allowPaths=/usr/bin
		insecure=false
	CONF
	chmod 644 "$seed/etc/drvs/ca.pem" "$seed/etc/drvs/agent.conf"
}

node_start() { part_start "$1" node_run "$1"; }

# With the kernel it was started with, whatever has been built since: its modules are on its disk.
node_power_on() {
	{ read -r vmlinuz && read -r initramfs; } <"$state/boot" || die "no $state/boot: 'make down', then 'make up'"
	node_start "$1"
}

# Two cores for three nodes: one CPU each. The second disk is the seed.
node_run() {
	local node=$1 dir accel mac
	dir=$(node_dir "$node")
	accel=$(qemu_accel)
	[ "$accel" = kvm ] || accel=tcg,thread=multi,tb-size=256
	mac=52:54:00:d4:00:0$(node_number "$node")
	# no_timer_check: a starved emulator delivers the ticks of its test too late, and that is no fault.
	local -a guest=(qemu-system-x86_64 -name "$node" -nodefaults -no-user-config -display none -machine pc
		-accel "$accel" -cpu max -smp 1 -m 640
		-kernel "$vmlinuz" -initrd "$initramfs"
		-append "root=/dev/vda rw console=ttyS0 quiet loglevel=4 no_timer_check oops=panic net.ifnames=0 lab.address=$(node_address "$node")/24 systemd.show_status=no"
		-drive "file=$dir/disk.qcow2,if=virtio,format=qcow2,cache=writeback"
		-drive "file=$dir/seed.tar,if=virtio,format=raw,readonly=on"
		-netdev "tap,id=net,ifname=tap-$node,script=no,downscript=no" -device "virtio-net-pci,netdev=net,mac=$mac"
		-device virtio-rng-pci
		-serial "file:$logs/$node.console")
	# Opens tap and disks as root (not every /dev/net/tun is for everyone), then becomes the caller.
	[ "$(lab_uid)" -eq 0 ] || guest+=(-runas "$(id -nu "$(lab_uid)")")
	enter_namespace "${guest[@]}"
}

# node_ssh NODE COMMAND...: as root in the node, the host key pinned. The connection is kept for the next command, since
# a handshake costs an emulated node a second.
node_ssh() {
	local node=$1
	shift
	in_namespace ssh -F none -q -i "$keys/ssh" -o IdentitiesOnly=yes -o "UserKnownHostsFile=$keys/known_hosts" \
		-o GlobalKnownHostsFile=none -o StrictHostKeyChecking=yes -o HostKeyAlgorithms=ssh-ed25519 -o BatchMode=yes \
		-o ControlMaster=auto -o "ControlPath=$run/ssh-$node" -o ControlPersist=300 -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6 \
		"root@$(node_address "$node")" -- "$@"
}

# A kept connection to a node that lost its power would hang the next command.
node_power_off() {
	part_kill "$1"
	ssh -F none -q -o "ControlPath=$run/ssh-$1" -O exit "$1" 2>/dev/null || true
	rm -f "$run/ssh-$1"
}

node_reachable() { part_alive "$1" && node_ssh "$1" true; }

# Words of a command, quoted for the shell that sshd starts in the node.
node_exec() {
	local node=$1 command
	shift
	command=$(printf '%q ' "$@")
	local rc=0
	node_ssh "$node" "$command" || rc=$?
	# 255 is ssh's own; a command may end with it too, so it is only explained when the node does not answer.
	if [ "$rc" -eq 255 ] && ! node_ssh "$node" true; then
		die "$node does not answer by SSH: it is booting, partitioned or stuck ('lab logs $node' shows its console)"
	fi
	return "$rc"
}
