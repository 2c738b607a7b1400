# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Postgres: a cluster of the lab's own, on a unix socket only, that lets in the two accounts that need it.

postgres_bin() { ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n1; }

# Postgres refuses root. A caller who is root lends it the account of Debian's package.
database_uid() {
	if [ "$(lab_uid)" -ne 0 ]; then lab_uid; else id -u postgres; fi
}
database_gid() {
	if [ "$(lab_uid)" -ne 0 ]; then lab_gid; else id -g postgres; fi
}

# as_database_user COMMAND...: in the place of this shell. The clone may lie below a folder that only its owner may
# enter; of root's powers the process keeps the one to pass and read.
as_database_user() {
	local -a passage=()
	[ "$(lab_uid)" -ne 0 ] || passage=(--inh-caps +dac_read_search --ambient-caps +dac_read_search)
	cd /
	exec setpriv --reuid "$(database_uid)" --regid "$(database_gid)" --clear-groups --no-new-privs \
		${passage[@]+"${passage[@]}"} -- "$@"
}

database_url() { printf 'postgresql://drvs@localhost/drvs?host=%s' "$run/postgres"; }

database_prepare() {
	local data=$state/postgres caller
	rm -rf "$data"
	install -d -m 700 -o "$(database_uid)" -g "$(database_gid)" "$data"
	# Root and the accounts below pass the folder; who is let in is decided by `peer`.
	install -d -m 755 -o "$(database_uid)" -g "$(database_gid)" "$run/postgres"
	(as_database_user "$(postgres_bin)/initdb" --pgdata="$data" --username=drvs --auth=reject --encoding=UTF8 \
		--locale=C.UTF-8 --no-instructions --no-sync)
	caller=$(id -nu "$(lab_uid)")
	printf 'local all drvs peer map=lab\n' >"$data/pg_hba.conf"
	printf 'lab "%s" drvs\nlab root drvs\n' "$caller" >"$data/pg_ident.conf"
	cat >>"$data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$run/postgres'
		max_connections = 50
		shared_buffers = 64MB
	CONF
}

database_start() {
	await 60 "Postgres to accept connections (log: $logs/postgres.log)" database_serves
	database_query postgres "SELECT 1 FROM pg_database WHERE datname = 'drvs'" | grep -q 1 ||
		database_query postgres 'CREATE DATABASE drvs'
}

# Starts it, and again when it gave up.
database_serves() {
	database_forget_dead
	part_alive postgres || part_start postgres as_database_user "$(postgres_bin)/postgres" -D "$state/postgres"
	database_answers
}

# A postmaster that was killed and not yet reaped counts as a running one for its successor. Its lock may go once nobody
# works in its data directory any more.
database_forget_dead() {
	local pid cwd
	pid=$(head -n1 "$state/postgres/postmaster.pid" 2>/dev/null) || return 0
	grep -qs '^State:[[:space:]]*Z' "/proc/$pid/status" || return 0
	for cwd in /proc/[0-9]*/cwd; do
		[ "$(readlink "$cwd" 2>/dev/null)" != "$state/postgres" ] || return 0
	done
	rm -f "$state/postgres/postmaster.pid"
}

database_query() {
	"$(postgres_bin)/psql" -X -q -A -t -h "$run/postgres" -U drvs -d "$1" -v ON_ERROR_STOP=1 -c "$2"
}

database_answers() { database_query postgres 'SELECT 1'; }

# SIGINT is Postgres' fast shutdown; SIGTERM would wait for the manager's connections.
database_stop() {
	local pid
	pid=$(part_pid postgres) || return 0
	kill -INT "$pid" 2>/dev/null || true
	await 30 "Postgres to stop" part_gone postgres
	rm -f "$records/postgres"
}
