#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest: runs programs, each given as one word for the shell, and takes the module away
# after each, so that what leaked shows. Those that need it load it again.
for program; do
	started=$(date +%s)
	modprobe m3ipc
	sh -c "$program" || echo "# $program exited with $?"
	m3ipc drvs-end 2>/dev/null
	[ ! -e /sys/module/m3ipc ] || rmmod m3ipc ||
		echo "not ok - the module does not unload after $program"
	echo "# $program took $(($(date +%s) - started)) s"
done
exit 0
