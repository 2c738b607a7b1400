#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest: the model, then the proof that the module can go: nothing holds it any more.

/tests/stress "$@" || exit

# Memory is given back after grace periods; the last holders are on their way out.
tries=0
until rmmod m3ipc 2>/tmp/rmmod.log; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || {
		sed 's/^/# violation of unloading: /' /tmp/rmmod.log
		echo 'not ok 3 the module unloads, nothing left of it'
		exit 1
	}
	usleep 100000
done
# What it could not free it complains of (see the guest's console), and could not be loaded with again.
if [ ! -e /proc/drvs ] && [ ! -e /dev/m3ipc ] && modprobe m3ipc && rmmod m3ipc; then
	echo 'ok 3 the module unloads, nothing left of it'
else
	echo '# violation of unloading: it is still there'
	echo 'not ok 3 the module unloads, nothing left of it'
	exit 1
fi
