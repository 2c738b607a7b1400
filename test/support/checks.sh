# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Counted checks of tests that are shell scripts on this machine. Sourced.

passed=0 failed=0 skipped=0
check_log=$(mktemp)

# check TITLE COMMAND...: one test: the command succeeds. What it printed is shown when it does not.
check() {
	local title=$1 begin=$SECONDS status=0
	shift
	"$@" >"$check_log" 2>&1 || status=$?
	if [ $status -eq 0 ]; then
		passed=$((passed + 1))
		printf 'ok - %s (%d s)\n' "$title" $((SECONDS - begin))
	else
		failed=$((failed + 1))
		printf "    '%s' exited with %d; the end of what it printed:\n" "$*" $status
		tail -n 40 "$check_log" | sed 's/^/    /'
		printf 'not ok - %s\n' "$title"
	fi
}

# count_guest LOG: adds the lines of a guest's KTAP.
count_guest() {
	local skips
	skips=$(grep -cE '^ok .*# SKIP' "$1") || true
	skipped=$((skipped + skips))
	passed=$((passed + $(grep -c '^ok ' "$1" || true) - skips))
	failed=$((failed + $(grep -c '^not ok ' "$1" || true)))
}

# The closing line; false when something failed or nothing was tested.
closing() {
	rm -f "$check_log"
	printf '%d passed, %d failed, %d skipped\n' $passed $failed $skipped
	[ $failed -eq 0 ] && [ $passed -gt 0 ]
}

# need_root SCRIPT ARG...: calls the script again as root where the caller is not.
need_root() {
	[ "$(id -u)" -ne 0 ] || return 0
	command -v sudo >/dev/null || {
		printf '%s needs root (a Debian is unpacked) and sudo is not installed: run it as root\n' "$1" >&2
		exit 1
	}
	exec sudo -- env "DRVS_CACHE=${DRVS_CACHE:-$HOME/.cache/drvs}" "DRVS_ACCEL=${DRVS_ACCEL-}" "PATH=$PATH" bash "$@"
}

# give_back PATH...: what root made for a user of sudo becomes that user's.
give_back() {
	[ -z "${SUDO_UID:-}" ] || chown -R --no-dereference "$SUDO_UID:$SUDO_GID" "$@"
}
