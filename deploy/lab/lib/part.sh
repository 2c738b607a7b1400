# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A part is a background process of the lab. It is recorded by pid and start time, so that a recycled pid is never taken
# for it and never signalled.

# part_start NAME COMMAND...: COMMAND is a command or a function that ends in exec. Output goes to logs/NAME.log.
part_start() {
	local name=$1 pid
	shift
	! part_alive "$name" || die "$name runs already (pid $(part_pid "$name"))"
	# A process group of its own, which a terminal's interrupt does not reach; and no holder of the lab's lock.
	set -m
	(
		exec 9>&-
		trap '' HUP
		exec </dev/null >>"$logs/$name.log" 2>&1
		printf '== %s start\n' "$(date -u +%FT%TZ)"
		"$@"
	) &
	pid=$!
	set +m
	printf '%s %s\n' "$pid" "$(start_time "$pid")" >"$records/$name"
	disown "$pid"
}

# The 22nd field of stat: ticks since boot at which the process began. Its second field may hold spaces.
start_time() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	# shellcheck disable=SC2086
	set -- ${stat##*) }
	printf '%s' "${20}"
}

part_pid() {
	local pid started
	read -r pid started 2>/dev/null <"$records/$1" || return 1
	[ "$(start_time "$pid")" = "$started" ] || return 1
	# A zombie has ended.
	! grep -qs '^State:[[:space:]]*Z' "/proc/$pid/status" || return 1
	printf '%s' "$pid"
}

part_alive() { part_pid "$1" >/dev/null; }

part_gone() { ! part_alive "$1"; }

# part_stop NAME [SECONDS]: SIGTERM, then SIGKILL after SECONDS (10).
part_stop() {
	local pid limit=${2:-10} begin=$SECONDS
	pid=$(part_pid "$1") || return 0
	kill -TERM "$pid" 2>/dev/null || true
	while part_alive "$1"; do
		if [ $((SECONDS - begin)) -ge "$limit" ]; then
			part_kill "$1"
			return
		fi
		sleep 0.05
	done
	rm -f "$records/$1"
}

part_kill() {
	local pid
	pid=$(part_pid "$1") || return 0
	kill -KILL "$pid" 2>/dev/null || true
	await 10 "the end of $1 (pid $pid)" part_gone "$1"
	rm -f "$records/$1"
}
