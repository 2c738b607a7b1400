#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the test programs in the guest: all, or those named.

# run NAME COMMAND...
run() {
	name=$1
	shift
	started=$(cut -d. -f1 /proc/uptime)
	before=$(dmesg | grep -cE 'WARNING|BUG|Call Trace')
	echo "# program $name"
	"$@" || echo "# $name exited with $?"
	after=$(dmesg | grep -cE 'WARNING|BUG|Call Trace')
	[ "$before" = "$after" ] || echo "not ok - the kernel complained during $name"
	echo "# $name: $(($(cut -d. -f1 /proc/uptime) - started)) s"
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
for program in /tests/trap/*; do
	name=trap-$(basename "$program")
	[ -f "$program" ] || continue
	if wanted trap || wanted "$name"; then run "$name" m3ipc exec --minix-trap -- "$program"; fi
done
# These end the DRVS or unload the module, so they come last.
for name in compat41 trap top trace-tool tool module; do
	[ "$name" != trap ] || [ -d /tests/trap ] || continue
	wanted "$name" && run "$name" "/tests/scripts/$name.sh"
done
# A DRVS or a module that does not end has lost count of something; and leaks are looked for without it.
if [ -e /sys/module/m3ipc ]; then
	m3ipc drvs-end 2>/dev/null
	rmmod m3ipc || echo 'not ok - the module does not unload after the tests'
fi
exit 0
