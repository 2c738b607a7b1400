# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the person at the terminal reads: progress on stderr, one line a step.

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

# The guest tool's parts report with this name.
fail() { die "$1"; }

# step SENTENCE COMMAND...: runs it, its output in logs/setup.log; says how long it took, or what went wrong.
step() {
	local sentence=$1 begin=$EPOCHREALTIME rc=0
	shift
	printf 'lab: %s ... ' "$sentence" >&2
	printf '== %s\n' "$sentence" >>"$logs/setup.log"
	# A subshell outside of any test: the first failing command ends it, as everywhere else.
	set +e
	(
		set -e
		"$@"
	) >>"$logs/setup.log" 2>&1
	rc=$?
	set -e
	if [ "$rc" -ne 0 ]; then
		printf 'failed\n' >&2
		tail -n 25 "$logs/setup.log" >&2
		die "'$sentence' failed; above, the end of $logs/setup.log"
	fi
	printf '%s s\n' "$(elapsed "$begin")" >&2
}

# elapsed BEGIN: seconds since the EPOCHREALTIME value BEGIN, with one decimal.
elapsed() {
	local now=$EPOCHREALTIME tenths
	tenths=$(((${now/[.,]/} - ${1/[.,]/}) / 100000))
	printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# await SECONDS WHAT COMMAND...: until COMMAND succeeds; after SECONDS it dies saying WHAT was waited for.
await() {
	local limit=$1 what=$2 begin=$SECONDS
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $((SECONDS - begin)) -lt "$limit" ] || die "waited $limit s for $what"
		sleep 0.1
	done
}
