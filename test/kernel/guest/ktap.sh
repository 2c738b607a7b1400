# SPDX-License-Identifier: Apache-2.0
# KTAP for shell tests. Sourced.

number=0

# check NAME COMMAND...: the command succeeds. A name may end in "[id...]": the behaviours that it proves.
check() {
	name=$1
	shift
	number=$((number + 1))
	case $name in
	*' ['*']')
		ids=${name##* \[}
		name=${name% \[*}
		echo "# proves ${ids%]}"
		;;
	esac
	if "$@" >/tmp/check.log 2>&1; then
		echo "ok $number $name"
	else
		echo "# '$*' exited with $?"
		sed 's/^/# /' /tmp/check.log
		echo "not ok $number $name"
	fi
}

# Exits 0 if the command exits with the status.
exits() {
	expected=$1
	shift
	"$@"
	status=$?
	[ $status -eq "$expected" ] || { echo "status $status, not $expected"; return 1; }
}

# Exits 0 if the command prints a line that matches the expression.
prints() {
	expression=$1
	shift
	"$@" 2>&1 | tee /tmp/prints.log | grep -qE -- "$expression" ||
		{ echo "no line matches $expression in:"; cat /tmp/prints.log; return 1; }
}

seconds() { cut -d. -f1 /proc/uptime; }

# Waits until a command succeeds, at most AWAIT_SECONDS.
await() {
	until_second=$(($(seconds) + ${AWAIT_SECONDS:-30}))
	until "$@" >/dev/null 2>&1; do
		[ "$(seconds)" -lt $until_second ] || { echo "never: $*"; return 1; }
		usleep 20000
	done
}

# The last line of a test.
plan() { echo "1..$number"; }
