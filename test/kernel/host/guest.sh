#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# deploy/lab/guest tells what went wrong in a guest, and never takes silence for success.
set -uo pipefail

guest=$ROOT/deploy/lab/guest
log=$(mktemp)
trap 'rm -f "$log"' EXIT
number=0

# check NAME STATUS TEXT ARGS...: the status, and a line of the output that contains the text.
check() {
	local name=$1 expected=$2 text=$3 status=0
	shift 3
	number=$((number + 1))
	"$guest" --no-module "$@" >"$log" 2>&1 || status=$?
	if [ $status -eq "$expected" ] && grep -qF -- "$text" "$log"; then
		echo "ok $number $name"
	else
		echo "# status $status, not $expected, or no '$text' in:"
		tail -n 20 "$log" | sed 's/^/# /'
		echo "not ok $number $name"
	fi
}

check 'output and status of the program come out' 7 'out and err' -- sh -c "echo 'out and err' >&2; exit 7"
check 'a warning of the kernel fails the guest' 125 'WARNING: made for the test' \
	-- sh -c "echo '<4>WARNING: made for the test' >/dev/kmsg"
check 'a panic fails the guest' 125 'Kernel panic' -- sh -c 'echo c >/proc/sysrq-trigger'
check 'a guest that ends silently fails' 125 'without a verdict' -- sh -c 'poweroff -f; sleep 60'
check 'a guest that hangs fails' 124 'no verdict within 20 s' --timeout 20 -- sleep 1000
check 'a program that is not there is named' 127 '/no/such/program' -- /no/such/program
check 'an unknown kernel is named' 125 "unknown kernel 'frobnicate'" --kernel frobnicate -- true
check 'a missing module has a remedy' 125 'no module file /no/m3ipc.ko' --module /no/m3ipc.ko -- true
check '--help' 0 'Usage: deploy/lab/guest' --help
echo "1..$number"
