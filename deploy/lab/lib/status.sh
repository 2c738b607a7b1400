# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# How the lab is, as the manager's API says it. Nothing here is known from having been started by us.

# api PATH: the body of a GET below the system. The token travels in a header read from a pipe, never on a command line.
api() {
	printf 'Authorization: Bearer %s\n' "$(cat "$keys/token")" |
		curl --silent --show-error --fail --max-time 20 --cacert "$tls/ca.pem" --header @- "$(manager_url)/api/v1/systems/lab/$1"
}

status_json() {
	api topology | jq '{
		nodes: [.nodes[] | {name, nodeId, state}],
		vms: [.vms[] | {name, vmId, state, processes: [.processes[] | {name, nr, endpoint, node, pid, state, stale}]}]
	}'
}

command_status() {
	need_lab
	if [ "${1-}" = --json ]; then
		status_json || die "the manager does not answer at $(manager_url): see 'lab logs manager'"
		return
	fi
	local part
	for part in slapd postgres manager "${nodes[@]}"; do
		printf '%-10s %s\n' "$part" "$(part_pid "$part" || printf 'not running')"
	done
	with_lab_env "$repo/build/bin/drvsctl" topology
}

# 0 when every node of the lab is there and in sync, and every process bound; says on stdout what is missing.
status_settled() {
	local missing
	missing=$(status_json 2>/dev/null | jq -r --argjson nodes "${#nodes[@]}" '
		[(select((.nodes | length) < $nodes or .vms == []) | "the directory to be read"),
		 (.nodes[] | select(.state != "InSync") | "\(.name) \(.state)"),
		 (.vms[].processes[] | select(.state != "bound") | "\(.name)@\(.node) \(.state)")]
		| if length == 0 then "nothing" else join(", ") end') || missing='the manager'
	printf '%s' "${missing:-the manager}"
	[ "$missing" = nothing ]
}

# Until everything is in sync, saying each time that something has changed.
status_await_settled() {
	local limit=$1 begin=$SECONDS missing said=
	until missing=$(status_settled); do
		[ "$missing" = "$said" ] || say "$((SECONDS - begin)) s: waiting for $missing"
		said=$missing
		[ $((SECONDS - begin)) -lt "$limit" ] ||
			die "not in sync after $limit s: $missing. See 'deploy/lab/lab status', 'lab logs manager' and 'lab exec NODE -- journalctl -u drvs-node-agent'"
		nodes_alive
		sleep 0.5
	done
}

nodes_alive() {
	local node
	for node in "${nodes[@]}"; do
		part_alive "$node" || die "$node has ended: see $logs/$node.console and $logs/$node.log"
	done
}

command_env() {
	need_lab
	local name
	# %q and export: the output is for `eval` of any POSIX shell.
	while IFS='=' read -r name value; do
		printf 'export %s=%q\n' "$name" "$value"
	done < <(lab_variables)
}

lab_variables() {
	printf '%s=%s\n' \
		LDAP_URL "$(directory_socket_url)" \
		LDAP_BASE "$system_base" \
		LDAP_BIND_DN "$admin_dn" \
		LDAP_PASSWORD_FILE "$keys/ldap-admin" \
		MANAGER_URL "$(manager_url)" \
		DRVS_CA "$tls/ca.pem" \
		DRVS_TOKEN_FILE "$keys/token" \
		DRVS_SYSTEM lab \
		DATABASE_URL "$(database_url)" \
		NODES "${nodes[*]}"
}

# with_lab_env COMMAND...: with what `lab env` prints.
with_lab_env() {
	local -a variables
	mapfile -t variables < <(lab_variables)
	env "${variables[@]}" "PATH=$node_bin:$PATH" "$@"
}

command_logs() {
	local file
	case ${1-} in
	slapd | postgres | manager | door | setup) file=$logs/$1.log ;;
	node[1-3]) file=$logs/$1.console ;;
	*) die "usage: lab logs slapd|postgres|manager|door|setup|NODE" ;;
	esac
	[ -f "$file" ] || die "$1 has not been started: no $file"
	cat "$file"
}
