#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest: runs a program, and takes the module away after it, so that what leaked shows.
"$@" || echo "# $1 exited with $?"
m3ipc drvs-end 2>/dev/null
[ ! -e /sys/module/m3ipc ] || rmmod m3ipc || echo 'not ok - the module does not unload after the test'
exit 0
