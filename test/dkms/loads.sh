#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In a guest: the module that DKMS built is found, loaded, used and unloaded.
. /tests/ktap.sh

echo 'KTAP version 1'
loaded() { [ -c /dev/m3ipc ] && [ -d /proc/drvs ]; }
gone() { [ ! -e /dev/m3ipc ] && [ ! -e /proc/drvs ]; }
serve() {
	m3ipc exec --vm shop --nr 10 -- m3ipc serve >/tmp/serve.log 2>&1 &
	await grep -q 'serving as endpoint 10' /tmp/serve.log
}

# With Secure Boot on: what another key signed does not come in.
if [ -n "$OTHER" ]; then
	secure_boot() { dmesg | grep -qi 'secureboot: Secure boot enabled'; }
	check 'securityfs' mount -t securityfs securityfs /sys/kernel/security
	check 'Secure Boot is on' secure_boot
	check 'the kernel is locked down' grep -q '\[integrity\]' /sys/kernel/security/lockdown
	check 'a module signed by another key is refused' prints 'Key was rejected by service|Operation not permitted' insmod "$OTHER"
fi
check "modprobe m3ipc on $(uname -r)" modprobe m3ipc
check 'its device and /proc/drvs are there' loaded
check 'drvs-init' m3ipc drvs-init --nodeid 1
check 'status' prints '^node +1' m3ipc status
check 'vm-init' m3ipc vm-init --vmid 7 --name shop
check 'a server' serve
check '1,000 round trips' prints '^1000 round trips, 0 failed$' m3ipc ping --vm shop --count 1000 --interval 0 10
check 'drvs-end' m3ipc drvs-end
check 'it unloads' await rmmod m3ipc
check 'and is gone' gone
plan
