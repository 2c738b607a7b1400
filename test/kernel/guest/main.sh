#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the test programs in the guest: all, or those named.

run() {
	started=$(cut -d. -f1 /proc/uptime)
	before=$(dmesg | grep -cE 'WARNING|BUG|Call Trace')
	echo "# program $1"
	"$2" || echo "# $1 exited with $?"
	after=$(dmesg | grep -cE 'WARNING|BUG|Call Trace')
	[ "$before" = "$after" ] || echo "not ok - the kernel complained during $1"
	echo "# $1: $(($(cut -d. -f1 /proc/uptime) - started)) s"
}

wanted() {
	[ -z "$names" ] && return 0
	case " $names " in
	*" $1 "*) return 0 ;;
	esac
	return 1
}

names=$*
for program in /tests/*; do
	name=$(basename "$program")
	[ -f "$program" ] && wanted "$name" && run "$name" "$program"
done
# These end the DRVS or unload the module, so they come last.
for name in compat41 tool module; do
	wanted "$name" && run "$name" "/tests/scripts/$name.sh"
done
exit 0
