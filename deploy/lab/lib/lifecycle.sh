# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Up, down, and what can be done to a part in between.

# What `up` has finished with is there: the manager's port is written last.
need_lab() {
	lab_is_up || die "the lab is not up: start it with 'make up'"
	[ -f "$records/port" ] || die "the last 'up' did not finish: 'make down', then 'make up'"
}

lab_is_up() { [ -e "$run/clone" ] && [ "$(cat "$run/clone")" = "$repo" ]; }

# One command at a time changes the lab.
lock() {
	exec 9>"/run/lock/$namespace.lock"
	flock -w "${1:-60}" 9 || die "another lab command is at work: wait for it"
}

refuse_second() {
	if lab_is_up; then
		die "the lab is up already, or an 'up' was interrupted: 'make down' first"
	fi
	if [ -e "$run" ] || network_exists; then
		die "a lab of another clone is up: $(cat "$run/clone" 2>/dev/null || printf 'its namespace is %s' "$namespace"). Stop it there first"
	fi
}

command_up() {
	local begin=$SECONDS
	lock 0
	refuse_second
	trap 'give_to_lab_user; say "not up: see above; deploy/lab/lab down cleans up"' EXIT
	trap 'exit 130' INT TERM
	rm -rf "$state"/{nodes,postgres,slapd,run,logs}
	mkdir -p "$logs" "$records" "$run"
	chmod 755 "$run"
	chown "$(lab_uid):$(lab_gid)" "$run"
	printf '%s\n' "$repo" >"$run/clone"
	step "keys and certificates" secrets_ready
	image_ready
	give_to_lab_user
	network_up
	step "directory" directory_up
	nodes_up
	step "database" database_up
	step "manager" manager_up
	status_await_settled 600
	trap - EXIT
	give_to_lab_user
	say "up after $((SECONDS - begin)) s"
	greet
}

secrets_ready() {
	local name
	tls_ready
	for name in admin manager "${nodes[@]}"; do password_ready "ldap-$name"; done
	[ -f "$keys/system-id" ] || cat /proc/sys/kernel/random/uuid >"$keys/system-id"
}

nodes_up() {
	local node
	printf '%s\n%s\n' "$vmlinuz" "$initramfs" >"$state/boot"
	for node in "${nodes[@]}"; do
		node_prepare "$node"
		node_start "$node"
	done
	say "${nodes[*]}: booting ($(qemu_accel))"
}

database_up() {
	database_prepare
	database_start
}

manager_up() {
	manager_prepare
	manager_token
	manager_start
	door_start
	await 90 "the manager (log: $logs/manager.log)" manager_answers
}

# Stops exactly what is recorded, and what lives in the namespace, which only the lab makes.
command_down() {
	lock
	if [ -e "$run" ] && ! lab_is_up; then
		die "the lab that is up belongs to the clone $(cat "$run/clone" 2>/dev/null): stop it there"
	fi
	trap 'give_to_lab_user' EXIT
	local node pid
	if [ -d "$records" ]; then
		for node in "${nodes[@]}"; do
			pid=$(part_pid "$node") && kill -TERM "$pid"
		done 2>/dev/null
		part_stop door
		part_stop manager
		for node in "${nodes[@]}"; do part_stop "$node"; done
		part_stop slapd
		database_stop
		rm -rf "$records"
	fi
	network_end_rest
	network_down
	rm -rf "$run" "$images"/.new.*
	[ ! -d "$state/nodes" ] || rm -rf "$state/nodes"
	say "down"
}

command_exec() {
	local node=${1-}
	node_number "$node" >/dev/null
	shift
	[ "${1-}" != -- ] || shift
	[ $# -gt 0 ] || die "usage: lab exec NODE -- COMMAND..."
	need_lab
	part_alive "$node" || die "$node has no power: 'lab power-on $node'"
	node_exec "$node" "$@"
}

change_part() {
	local verb=$1 part=${2-}
	need_lab
	case $part in
	slapd | postgres | manager) "${verb}_$part" ;;
	*) die "usage: lab $verb slapd|postgres|manager" ;;
	esac
}

command_start() { lock; change_part start "$@"; }
command_stop() { lock; change_part stop "$@"; }
command_kill() { lock; change_part kill "$@"; }

start_slapd() { directory_start; }
start_postgres() { database_start; }
start_manager() { manager_start; }
stop_slapd() { part_stop slapd; }
stop_postgres() { database_stop; }
stop_manager() { part_stop manager; }
kill_slapd() { part_kill slapd; }
kill_postgres() { part_kill postgres; }
kill_manager() { part_kill manager; }

# change_node COMMAND NODE
change_node() {
	lock
	need_lab
	node_number "${2-}" >/dev/null
	"$1" "$2"
}

command_power_off() { change_node node_power_off "$@"; }
command_power_on() { change_node node_power_on "$@"; }
command_partition() { change_node network_partition "$@"; }
command_heal() { change_node network_heal "$@"; }

greet() {
	with_lab_env "$repo/build/bin/drvsctl" topology
	cat <<-TEXT

		API             $(manager_url)/api/v1/systems/lab/topology
		Directory       $(directory_socket_url)   base $system_base
		A node's shell  deploy/lab/lab exec node1 -- cat /proc/drvs/vms/orders/procs

		Try next: add a process to VM orders, and see it run

		  eval "\$(deploy/lab/lab env)"
		  ldapmodify -a -x -H "\$LDAP_URL" -D "\$LDAP_BIND_DN" -y "\$LDAP_PASSWORD_FILE" <<'LDIF'
		  dn: cn=hello,cn=orders,ou=vms,$system_base
		  objectClass: drvsProcess
		  cn: hello
		  drvsProcNr: 30
		  drvsOnNode: cn=node1,ou=nodes,$system_base
		  drvsExec: /usr/bin/m3ipc serve
		  LDIF
		  build/bin/drvsctl ps
	TEXT
}
