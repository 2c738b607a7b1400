#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# m3ipc trace: who says what to whom.
. "$(dirname "$0")/ktap.sh"

echo 'KTAP version 1'
instances=/sys/kernel/tracing/instances
# The tool reads the names in the module's events. That the kernel records them, too, patches the
# scheduler under CPUs that run it, which an emulator may take amiss; instances inherit this.
echo 0 >/sys/kernel/tracing/options/record-cmd
# The module's own events patch it likewise: who runs it stays on the CPU of the patcher. An emulator has been seen to run
# for ever into a breakpoint that another CPU had taken out again.
taskset -p 1 $$ >/dev/null
m3ipc drvs-end 2>/dev/null

check 'without a DRVS it is 3' exits 3 m3ipc trace
m3ipc drvs-init --nodeid 1 >/dev/null
m3ipc vm-init --vmid 7 --name orders
m3ipc vm-init --vmid 8 --name other
m3ipc exec --vm other --nr 11 -- m3ipc serve >/dev/null 2>&1 &
m3ipc exec --vm orders --nr 10 -- m3ipc serve >/dev/null 2>&1 &
server=$!
await sh -c "m3ipc ps | grep -q '^orders.*receiving' && m3ipc ps | grep -q '^other.*receiving'"

# Starts "m3ipc trace OPTION..." and waits until it records.
start() {
	m3ipc trace "$@" >/tmp/trace.log 2>/tmp/trace.err &
	tracer=$!
	await grep -q 1 "$instances/m3ipc-$tracer/events/m3ipc/enable"
}
ping() { m3ipc ping --vm "$1" --nr "$2" --interval 0 --count "$3" "$4" >/dev/null; }
gone() { [ ! -e "$instances/m3ipc-$tracer" ]; }
# Ends it by a signal, and sees that it leaves nothing.
stop() { kill "-$1" $tracer && wait $tracer && gone; }
said() { grep -E -- "$1" /tmp/trace.log || { head -n 40 /tmp/trace.log; cat /tmp/trace.err; return 1; }; }
unsaid() { ! grep -E -- "$1" /tmp/trace.log; }

check 'it starts, in an instance of its own [trace.tool]' start
check 'while others trace as they like' sh -c '[ "$(cat /sys/kernel/tracing/events/m3ipc/enable)" = 0 ]'
check 'requests are made' ping orders 30 2 10
check 'in another VM, too' ping other 31 2 11
check 'SIGINT ends it and nothing is left [trace.tool]' stop INT
check 'it has a head' said '^TIME \(UTC\) +VM +PROCESS +CALL +PEER'
check 'the request is told, with names [trace.tool]' said '^[0-9:.]{15} orders +[0-9]+ .*m3ipc +> sendrec +10 m3ipc +type -?[0-9]+'
check 'it is received [trace.tool]' said ' orders +10 m3ipc +< receive +ANY +type -?[0-9]+ from [0-9]+ .*m3ipc'
check 'and answered [trace.tool]' said ' orders +[0-9]+ .*m3ipc +< sendrec +10 m3ipc +type -?[0-9]+ from 10 m3ipc'
check 'the other VM is told, too' said ' other +.*sendrec +11 m3ipc'

check 'of one VM, as JSON [trace.tool]' start --json orders
check 'requests are made again' ping other 31 2 11
check 'and in that VM' ping orders 30 2 10
check 'SIGTERM ends it' stop TERM
check 'each line is an object' sh -c '! grep -vE "^\{\"event\":\"(enter|exit)\",.*\}$" /tmp/trace.log'
check 'the answer has its process, peer, source and result [trace.tool]' said '"vmId":7,"vm":"orders","pid":[0-9]+,"call":"sendrec","process":\{"endpoint":[0-9]+,"nr":30,"name":"m3ipc"\},"peer":\{"endpoint":10,"nr":10,"name":"m3ipc"\},"type":-?[0-9]+,"source":\{"endpoint":10,"nr":10,"name":"m3ipc"\},"sourceType":-?[0-9]+,"result":0,"error":null'
check 'the other VM is not told [trace.tool]' unsaid '"vm":"other"'

check 'of one process and one call [trace.tool]' start --process 10 --call receive,reply
check 'requests' ping orders 30 2 10
check 'to both' ping other 31 2 11
check 'SIGHUP ends it' stop HUP
check 'that call is told' said '< receive'
check 'no other is' unsaid 'sendrec'
check 'nor another process' unsaid ' 11 '

# A server that is stopped answers nothing.
times_out() {
	kill -STOP $server
	m3ipc ping --vm orders --nr 40 --timeout 0.1 10 >/dev/null 2>&1 &
	client=$!
	await grep -q TIMEDOUT /tmp/trace.log
	result=$?
	kill $client
	kill -CONT $server
	return $result
}
check 'of calls that fail' start --call sendrec orders
check 'one fails' times_out
check 'it ends' stop TERM
check 'the reason is told [trace.tool]' said '< sendrec +10 m3ipc +ETIMEDOUT: [a-z]'

counts() {
	start --json --count 5 orders && ping orders 30 20 10 && wait $tracer && gone && [ "$(wc -l </tmp/trace.log)" = 5 ]
}
check '--count ends it' counts
check '--duration ends it' exits 0 m3ipc trace --duration 0.2
pipes() {
	m3ipc trace --json orders 2>/tmp/trace.err | head -n 1 >/tmp/trace.log &
	piped=$!
	await sh -c "grep -q 1 $instances/m3ipc-*/events/m3ipc/enable" && ping orders 30 200 10 && wait $piped &&
		await sh -c "! ls $instances | grep -q ^m3ipc-"
}
check 'so does a reader that leaves, and nothing is left [trace.tool]' pipes

loses() {
	start --json orders || return 1
	kill -STOP $tracer
	echo 4 >"$instances/m3ipc-$tracer/buffer_size_kb"
	ping orders 30 500 10 || return 1
	kill -CONT $tracer
	stop TERM && said '^\{"event":"lost","lost":[1-9][0-9]*\}$'
}
check 'what a slow reader missed is told [trace.lost]' loses
loses_text() {
	start orders || return 1
	kill -STOP $tracer
	echo 4 >"$instances/m3ipc-$tracer/buffer_size_kb"
	ping orders 30 500 10 || return 1
	kill -CONT $tracer
	stop TERM && said '^--- [0-9]+ events lost here'
}
check 'in words, too [trace.lost]' loses_text

orphan() {
	start orders || return 1
	left=$instances/m3ipc-$tracer
	kill -KILL $tracer
	wait $tracer
	[ -d "$left" ] && m3ipc trace --duration 0.1 >/dev/null && [ ! -e "$left" ]
}
check 'what a killed one left is removed by the next [trace.tool]' orphan

check 'an unknown call is wrong usage' exits 2 m3ipc trace --call shout
check 'a VM that is not there is 1' exits 1 m3ipc trace nowhere
as_drvs() { /usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }
check 'for others than root it says so [trace.tool]' prints 'run it as root' as_drvs m3ipc trace
unmounted() {
	umount /sys/kernel/tracing && umount /sys/kernel/debug || return 1
	prints 'tracefs is not mounted; mount -t tracefs' m3ipc trace
	result=$?
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing
	return $result
}
check 'without tracefs it says how to mount it [trace.tool]' unmounted
check '--help' prints '^Usage: m3ipc trace' m3ipc trace --help
check 'the end' m3ipc drvs-end
plan
