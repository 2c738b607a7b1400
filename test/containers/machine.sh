#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the machine: the commands of the guide, and what can be seen of them.
. /tests/ktap.sh
usleep() { sleep 0.05; }

echo 'KTAP version 1'
# The block of the guide, as whoever is named before it.
block() { sh /tests/doc-block.sh /tests/containers.md "$1" >"/tmp/block-$1" && sh -eux "/tmp/block-$1"; }
as_user() { setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }
refuses() { expected=$1; shift; ! "$@" >/tmp/refused.log 2>&1 && { cat /tmp/refused.log; grep -q "$expected" /tmp/refused.log; }; }

# The pid that the process of a VM's endpoint has, as the command's reader sees it.
pid_of() { vm=$1; endpoint=$2; shift 2; "$@" m3ipc ps "$vm" | awk -v e="$endpoint" '$3 == e { print $4 }'; }
# The node's number of an account 0..: that of a container's root.
owner_of() { m3ipc status | awk -v n="$1" '$2 == n { split($5, ids, ":"); print ids[1] }'; }
# Its innermost pid namespace's number of a process of the node.
inner_pid() { awk '/^NSpid:/ { print $NF }' "/proc/$1/status"; }

# Until nobody is bound in the VM.
unbound() { [ "$(m3ipc status --json | grep -o "\"name\":\"$1\".*" | grep -o '"bound":[0-9]*' | head -n 1)" = '"bound":0' ]; }
await_unbound() { await unbound "$1"; }

check 'drvs-init' m3ipc drvs-init

# ---- unshare ----

sh /tests/doc-block.sh /tests/containers.md unshare >/tmp/unshare
chmod 644 /tmp/unshare
check 'unshare: an ordinary user has a VM in a container' prints '^3 round trips, 0 failed$' as_user sh -eux /tmp/unshare
check 'which is gone' refuses EDCNOTRUN m3ipc ps shop

# ---- systemd-nspawn, one command at a time ----

shop=/var/lib/machines/shop
# nspawn NAME OPTION... COMMAND: like the guide's, on a file system that several may use at once.
nspawn() {
	machine=$1
	shift
	systemd-nspawn --quiet --directory=$shop --read-only --machine="$machine" --private-users=pick --bind-ro=/usr/bin/m3ipc "$@"
}
allowed() {
	machine=$1
	shift
	nspawn "$machine" --bind=/dev/m3ipc "$@"
}

check 'nspawn: the command of the guide' prints '^node +1 ' block nspawn
check 'without the device the tool says so' refuses 'not loaded' nspawn one m3ipc status
check 'nor where a rule of its control group refuses the device' refuses 'let this user, or this container, open /dev/m3ipc' \
	systemd-run --quiet --wait --pipe --property=DevicePolicy=closed m3ipc status
check 'root of a container cannot end the DRVS' refuses EPERM allowed one m3ipc drvs-end
check 'nor take a low vmid' refuses EPERM allowed one m3ipc vm-init --vmid 7 --name low

serve_in() {
	container=$1 vmid=$2
	allowed "$container" sh -c "m3ipc vm-init --vmid $vmid --name vm-$container &&
		exec m3ipc exec --vm vm-$container --nr 10 -- m3ipc serve" >"/tmp/$container.log" 2>&1 &
	await grep -q 'serving as endpoint 10' "/tmp/$container.log" || { cat "/tmp/$container.log"; return 1; }
}
other_range() { [ "$(owner_of vm-one)" -ge 65536 ] && [ "$(owner_of vm-two)" -ge 65536 ] && [ "$(owner_of vm-one)" != "$(owner_of vm-two)" ]; }
pids_differ() {
	outside=$(pid_of vm-one 10)
	[ "$outside" -gt 0 ] && [ "$(inner_pid "$outside")" != "$outside" ] || return 1
	nsenter --target "$outside" --mount --pid --user m3ipc ps vm-one | tee /tmp/inside
	[ "$(awk '$3 == 10 { print $4 }' /tmp/inside)" = "$(inner_pid "$outside")" ]
}
check 'a container serves in its VM' serve_in one 3072
check 'another in another' serve_in two 3073
check 'their owners are two accounts of the node' other_range
check 'pids inside are not those outside' pids_differ
inside_two() { nsenter --target "$(pid_of vm-two 10)" --mount --pid --user --setuid 0 --setgid 0 "$@"; }
check 'a container talks in its VM' prints '^3 round trips, 0 failed$' inside_two m3ipc ping --vm vm-two --count 3 10
check "not in another's" refuses EPRIVILEGES inside_two m3ipc exec --vm 3072 --nr 11 -- true
check 'which it does not see' refuses EPERM inside_two m3ipc ps 3072
check 'nor knows by name' refuses EDCNOTRUN inside_two m3ipc ps vm-one
sees_own_only() {
	inside_two m3ipc status | tee /tmp/status
	grep -q vm-two /tmp/status && ! grep -q vm-one /tmp/status
}
check 'nor lists' sees_own_only
check 'nor reads' refuses 'Permission denied' inside_two cat /proc/drvs/vms/vm-one/procs
check 'nor ends' refuses EPERM inside_two m3ipc vm-end 3072
check 'the node sees both' prints '^vm-two +10 ' m3ipc ps
end_of_container() {
	kill -9 "$(pid_of vm-one 10)"
	await_unbound vm-one && m3ipc vm-end vm-one && m3ipc vm-end vm-two
}
check 'its end ends its bindings; the VM is ended by the node' end_of_container

# ---- systemd-nspawn, booted ----

running() { systemctl is-active systemd-nspawn@shop.service && systemd-run --quiet --wait --pipe --machine=shop true; }
check 'nspawn: the files of the guide' block nspawn-files
check 'the container boots' await running
check 'and is used as the guide says' prints '^3 round trips, 0 failed$' block nspawn-use
booted_pids() {
	outside=$(pid_of shop 10)
	inside=$(systemd-run --quiet --wait --pipe --machine=shop m3ipc ps shop | awk '$3 == 10 { print $4 }')
	echo "outside $outside, inside $inside"
	[ "$outside" -gt 0 ] && [ "$inside" = "$(inner_pid "$outside")" ] &&
		[ "$inside" = "$(systemctl --machine=shop show -P MainPID server.service)" ]
}
check 'its pids are those of its systemd' booted_pids
check 'it ends' machinectl terminate shop
check 'and with it its bindings' await_unbound shop
check 'its VM is ended by the node' m3ipc vm-end shop

# ---- LXC ----

# The container's init only has to be there: booting another systemd would show nothing new.
lxc_block() {
	sh /tests/doc-block.sh /tests/containers.md lxc |
		sed "s|^lxc.uts.name.*|&\nlxc.init.cmd = /bin/sleep infinity|" >/tmp/lxc && sh -eux /tmp/lxc
}
check 'apparmor' systemctl start apparmor
attach() { lxc-attach --name till -- "$@"; }
check 'lxc: the commands of the guide' prints '^node +1 ' lxc_block
check 'it makes a VM' attach m3ipc vm-init --vmid 3072 --name till
lxc_serves() {
	attach m3ipc exec --vm till --nr 10 -- m3ipc serve >/tmp/till.log 2>&1 &
	await grep -q 'serving as endpoint 10' /tmp/till.log
}
check 'and serves in it' lxc_serves
check 'it talks' prints '^3 round trips, 0 failed$' attach m3ipc ping --vm till --count 3 10
check 'its owner is the first account of its range' test "$(owner_of till)" = 200000
lxc_pids() {
	outside=$(pid_of till 10)
	inside=$(pid_of till 10 attach)
	echo "outside $outside, inside $inside"
	[ "$outside" != "$inside" ] && [ "$inside" = "$(inner_pid "$outside")" ]
}
check 'pids inside are its own' lxc_pids
check 'it cannot end the DRVS' refuses EPERM attach m3ipc drvs-end
check 'it stops' lxc-stop --kill --name till
check 'and with it its bindings' await_unbound till
check 'the node ends its VM, and the DRVS' m3ipc drvs-end
plan
