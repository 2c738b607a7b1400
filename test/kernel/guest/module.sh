#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Loading and unloading the module.
. "$(dirname "$0")/ktap.sh"

echo 'KTAP version 1'
m3ipc drvs-end 2>/dev/null

loaded() { grep -q '^m3ipc ' /proc/modules; }
absent() { ! loaded && [ ! -e /dev/m3ipc ] && [ ! -e /proc/drvs ]; }
present() { loaded && [ -c /dev/m3ipc ] && [ -d /proc/drvs ]; }
world_may_open() { [ "$(stat -c %a /dev/m3ipc)" = 666 ]; }

check 'the module unloads after drvs-end' rmmod m3ipc
check 'nothing is left of it [module.unload]' absent
check 'it loads again' modprobe m3ipc
check 'its device and /proc/drvs are there' present
check 'its device may be opened by everybody' world_may_open

busy() {
	m3ipc drvs-init --nodeid 3 && m3ipc vm-init --vmid 5 --name five || return 1
	m3ipc exec --vm five --nr 1 -- m3ipc serve >/tmp/serve.log &
	await grep -q serving /tmp/serve.log || return 1
	! rmmod m3ipc
}
check 'it does not unload under a bound process [module.unload]' busy
check 'the processes end with the DRVS' m3ipc drvs-end
check 'and then it unloads' await rmmod m3ipc

cycle() {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		modprobe m3ipc && m3ipc drvs-init --nodeid $i >/dev/null &&
			m3ipc vm-init --vmid $i --name "vm$i" &&
			m3ipc exec --vm $i --nr 29 -- true &&
			m3ipc drvs-end && rmmod m3ipc || return 1
	done
}
check 'ten times round [module.again]' cycle

check 'the nodeid may come from a parameter [drvs.nodeid]' modprobe m3ipc nodeid=9
check 'and is then the only one [drvs.nodeid]' exits 1 m3ipc drvs-init --nodeid 8
check 'and needs no naming' prints '^node 9$' m3ipc drvs-init
check 'and shows where it came from' prints 'nodeid_source=boot' cat /proc/drvs/info
check 'the end' m3ipc drvs-end
check 'unloaded for good' rmmod m3ipc
plan
