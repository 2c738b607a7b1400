# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# One private network in a namespace of its own: a bridge with the host side's address, and a tap for each node.

network_up() {
	ip netns add "$namespace"
	in_namespace ip link set lo up
	in_namespace ip link add "$bridge" type bridge
	in_namespace ip address add "$host_address/24" dev "$bridge"
	in_namespace ip link set "$bridge" up
	# The parts run as an ordinary user and slapd listens on 636.
	in_namespace sh -c 'echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start'
	local node
	for node in "${nodes[@]}"; do
		in_namespace ip tuntap add "tap-$node" mode tap user "$(lab_uid)"
		in_namespace ip link set "tap-$node" master "$bridge" up
	done
}

# Ends what is still in the namespace: an `exec` under way, or a part whose record was lost.
network_end_rest() {
	network_exists || return 0
	local pid
	for pid in $(ip netns pids "$namespace"); do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# Deleting the namespace deletes its bridge and taps; processes in it must have ended before.
network_down() {
	[ ! -e "/run/netns/$namespace" ] || ip netns delete "$namespace"
}

network_exists() { [ -e "/run/netns/$namespace" ]; }

in_namespace() { nsenter "--net=/run/netns/$namespace" -- "$@"; }

# enter_namespace COMMAND...: like in_namespace, in the place of this shell.
enter_namespace() { exec nsenter "--net=/run/netns/$namespace" -- "$@"; }

network_partition() { in_namespace ip link set "tap-$1" down; }

network_heal() { in_namespace ip link set "tap-$1" up; }
