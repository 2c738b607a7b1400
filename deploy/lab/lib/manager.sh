# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The manager: TLS inside the lab's network and on a socket; and the one port of the host, which leads to that socket.

manager_main=$repo/apps/manager/dist/main.js

manager_prepare() {
	[ -f "$manager_main" ] || die "the manager is not built: run 'make build'"
	rm -f "$run/manager.sock"
}

manager_run() {
	export DRVS_SYSTEMS="lab=$system_base" DRVS_LISTEN="$host_address:8443,unix:$run/manager.sock" \
		DRVS_TLS_CERT="$tls/server.pem" DRVS_TLS_KEY="$tls/server.key" DATABASE_URL LDAP_URL="ldaps://$host_address" \
		LDAP_CA="$tls/ca.pem" LDAP_BIND_DN="$manager_dn" LDAP_PASSWORD_FILE="$keys/ldap-manager"
	DATABASE_URL=$(database_url)
	cd "$repo"
	enter_namespace bash -c '. "$1/lib/privilege.sh"; shift; as_lab_user "$@"' - "$lab" \
		"$node_bin/node" --enable-source-maps "$manager_main"
}

manager_start() {
	rm -f "$run/manager.sock"
	part_start manager manager_run
}

# An administrator's token for drvsctl and curl, made once for a database.
manager_token() {
	rm -f "$keys/token"
	(
		export DATABASE_URL DRVS_SYSTEMS="lab=$system_base"
		DATABASE_URL=$(database_url)
		cd "$repo"
		as_lab_user "$node_bin/node" "$manager_main" token create --role admin --name lab --out "$keys/token" \
			--dn "$admin_dn"
	)
}

manager_answers() {
	curl --silent --fail --max-time 5 --cacert "$tls/ca.pem" "$(manager_url)/healthz"
}

manager_url() { printf 'https://127.0.0.1:%s' "$(cat "$records/port")"; }

# The host's door: 127.0.0.1:8443, or the next free port when something else has that one.
door_start() {
	local port=8443
	while [ -n "$(ss -Hltn "sport = :$port")" ]; do port=$((port + 1)); done
	printf '%s' "$port" >"$records/port"
	part_start door door_run "$port"
}

door_run() {
	as_lab_user socat "TCP-LISTEN:$1,bind=127.0.0.1,reuseaddr,fork" "UNIX-CONNECT:$run/manager.sock"
}
