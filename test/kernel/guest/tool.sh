#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The m3ipc tool.
. "$(dirname "$0")/ktap.sh"

echo 'KTAP version 1'
m3ipc drvs-end 2>/dev/null

check 'status without a DRVS is 3' exits 3 m3ipc status
check 'and says what to do' prints 'm3ipc drvs-init --nodeid N' m3ipc status
check 'so does every other command' prints 'EDVSINIT.*m3ipc drvs-init' m3ipc vm-end orders
check 'no command is wrong usage' exits 2 m3ipc
check 'an unknown command is wrong usage' exits 2 m3ipc frobnicate
check 'an unknown option is wrong usage' exits 2 m3ipc status --frob
check 'a nodeid out of range is wrong usage' exits 2 m3ipc drvs-init --nodeid 1024
check 'drvs-init prints the nodeid' prints '^node 1$' m3ipc drvs-init --nodeid 1 --uuid 01234567-89ab-cdef-0123-456789abcdef
check 'a second one is refused' exits 1 m3ipc drvs-init --nodeid 1
check 'status shows the DRVS' prints '01234567-89ab-cdef-0123-456789abcdef' m3ipc status
check 'vm-init wants a vmid' exits 2 m3ipc vm-init --name orders
check 'vm-init wants a good node list' exits 2 m3ipc vm-init --vmid 7 --name orders --nodes 1,x
check 'vm-init' m3ipc vm-init --vmid 7 --name orders --nodes 1,3-5 --procs 100 --tasks 10 --sysprocs 30 --mode 755 --owner drvs
check 'status shows the VM' prints '^7 +orders +0 +-10\.\.99 +1000:1000 +0755 +1,3-5$' m3ipc status
check 'status --json, too' prints '"vmId":7,"name":"orders".*"nodes":\[1,3,4,5\]' m3ipc status --json
check 'a vmid in use is refused' prints 'ERSCBUSY' m3ipc vm-init --vmid 7 --name other
check 'an impossible name is refused' prints 'ENAMESIZE' m3ipc vm-init --vmid 8 --name a/b

check 'exec without --vm is 125' exits 125 m3ipc exec --nr 1 -- true
check 'exec in no VM is 125' exits 125 m3ipc exec --vm nowhere --nr 1 -- true
check 'exec out of range is 125' exits 125 m3ipc exec --vm orders --nr 100 -- true
check 'exec of nothing is 127' exits 127 m3ipc exec --vm orders --nr 1 -- /no/such/program
check 'exec of no program is 126' exits 126 m3ipc exec --vm orders --nr 1 -- /etc/passwd
check 'exec gives the status of its command' exits 42 m3ipc exec --vm orders --nr 1 -- sh -c 'exit 42'
check 'exec leaves options to its command' prints '^--vm$' m3ipc exec --vm 7 --nr 1 echo --vm
check 'exec within exec is refused' prints 'bound already \(endpoint 1 in VM orders\)' \
	m3ipc exec --vm orders --nr 1 -- m3ipc exec --vm orders --nr 2 -- true

serve() {
	m3ipc exec --vm orders --nr 10 -- m3ipc serve >/tmp/serve.log 2>&1 &
	server=$!
	await grep -q 'serving as endpoint 10' /tmp/serve.log
}
check 'serve says when it serves' serve
check 'a number in use is refused with a remedy' prints 'ESLOTUSED.*m3ipc ps' m3ipc exec --vm orders --nr 10 -- true
check 'ping by an inherited binding' prints '^500 round trips, 0 failed$' \
	m3ipc exec --vm orders --nr 40 -- m3ipc ping --count 500 --interval 0 10
check 'ping shows a rate' prints '^100 round trips with 10: [0-9]+/s, [0-9.]+/[0-9.]+/[0-9.]+ us' \
	m3ipc ping --vm orders --nr 41 --count 100 10
check 'ping by a free number' prints '^5 round trips, 0 failed$' m3ipc ping --vm orders --count 5 10
check 'ping finds the server itself' prints '^5 round trips with 10' m3ipc ping --vm orders --count 5
check 'ping takes a number in use for the target' prints '^5 round trips with 10' m3ipc ping --vm orders --nr 10 --count 5
check 'ping --no-wait to nobody is 1' exits 1 m3ipc ping --vm orders --no-wait 11
check 'ps lists the server' prints '^orders +10 +10 +[0-9]+ +1 receiving +ANY +-' m3ipc ps
check 'ps of a VM, as JSON' prints '"vm":"orders","vmId":7,"nr":10,"endpoint":10' m3ipc ps --json orders
check 'ps of no VM is 1' exits 1 m3ipc ps nowhere

waits() {
	m3ipc ping --vm orders --nr 50 --interval 0.05 --burst 5 10 >/tmp/ping.log 2>&1 &
	client=$!
	await grep -q 'round trips with 10' /tmp/ping.log || return 1
	kill -9 $server
	await grep -q '10 is not there; waiting for it' /tmp/ping.log || return 1
	# It waits in the kernel, and says so once.
	await sh -c 'm3ipc ps | grep -q waitbind' || { m3ipc ps; return 1; }
	[ "$(grep -c 'not there' /tmp/ping.log)" = 1 ] || { cat /tmp/ping.log; return 1; }
	serve || return 1
	await grep -q '10 is there (endpoint 10)' /tmp/ping.log || return 1
	kill $client
	wait $client || { cat /tmp/ping.log; return 1; }
	[ "$(grep -c ' died ' /tmp/ping.log)" -le 1 ]
}
check 'ping waits for a server that died' waits

terminates() {
	# The shell's job became the server by exec.
	kill "$server" && wait "$server" && grep -q '^answered' /tmp/serve.log
}
check 'serve ends with 0 at SIGTERM' terminates

listening() {
	for fd in /proc/"$events"/fd/*; do
		case $(readlink "$fd") in
		*m3ipc-events*) return 0 ;;
		esac
	done
	return 1
}

follows() {
	m3ipc events --json --vm orders --count 2 >/tmp/events.log &
	events=$!
	await listening || return 1
	m3ipc exec --vm orders --nr 12 -- sh -c 'exit 9'
	wait $events || return 1
	cat /tmp/events.log
	grep -q '"type":"bind".*"nr":12,' /tmp/events.log &&
		grep -q '"type":"unbind".*"nr":12,.*"cause":"exit","code":9' /tmp/events.log
}
check 'events tells of a binding and its end' follows
check 'events --timeout ends' exits 0 m3ipc events --timeout 0.1

for command in status drvs-init drvs-end vm-init vm-end exec ps events ping serve; do
	check "$command --help" prints "^Usage: m3ipc $command" m3ipc $command --help
done

# Not the one of the shell: that knows no --reuid.
as_drvs() { /usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }
check 'another user may not end the DRVS' prints 'EPERM.*run it as root' as_drvs m3ipc drvs-end
check 'the owner may run in the VM' exits 7 as_drvs m3ipc exec --vm orders --nr 3 -- sh -c 'exit 7'
check 'the owner may end the VM' as_drvs m3ipc vm-end orders
check 'it is gone' exits 1 m3ipc vm-end orders
check 'drvs-end' m3ipc drvs-end
plan
