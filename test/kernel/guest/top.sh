#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# m3ipc top: the live table, in batches and on a terminal.
. "$(dirname "$0")/ktap.sh"

echo 'KTAP version 1'
m3ipc drvs-end 2>/dev/null

check 'without a DRVS it is 3' exits 3 m3ipc top --once
m3ipc drvs-init --nodeid 1 >/dev/null
m3ipc vm-init --vmid 7 --name orders
m3ipc vm-init --vmid 8 --name other
m3ipc exec --vm orders --nr 10 -- m3ipc serve >/dev/null 2>&1 &
m3ipc exec --vm other --nr 11 -- m3ipc serve >/dev/null 2>&1 &
m3ipc exec --vm other --nr 12 -- m3ipc ping --count 1 13 >/dev/null 2>&1 &
await sh -c "m3ipc ps | grep -q '^orders.*receiving' && m3ipc ps other | grep -q '11.*receiving' && m3ipc ps other | grep -q waitbind"
m3ipc exec --vm orders --nr 30 -- m3ipc ping --interval 0 10 >/dev/null &
client=$!
await sh -c "m3ipc ps orders | grep -q ' 30 '"

# The rate of a process, as a number above 0.
rate='[1-9][0-9.]*k? +[1-9][0-9.]*[kM]?'
table() { m3ipc top --once "$@" >/tmp/top.log && cat /tmp/top.log; }
check 'one table, with a head [top.rows]' prints '^node 1: 4 processes, [1-9][0-9.]*k? messages/s, [1-9][0-9.]*[kM]? bytes/s, by messages$' table
check 'and columns' prints '^VM +NR +ENDPOINT +PID +STATE +BLOCKED ON +SINCE +MSG/S +BYTES/S +NAME$' cat /tmp/top.log
check 'the busy server has a rate [top.rows]' prints "^orders +10 +10 +[0-9]+ [a-z]+ .* $rate +m3ipc\$" cat /tmp/top.log
check 'and so has its client' prints "^orders +30 +30 +[0-9]+ .* $rate +m3ipc\$" cat /tmp/top.log
check 'the idle one waits for anybody, since when [top.rows]' prints '^other +11 +11 +[0-9]+ receiving +ANY +[0-9.]+[sm][0-9]* +0 +0 +m3ipc$' cat /tmp/top.log
check 'of one VM' prints '^node 1: 2 processes' table other
check 'none of another is there then' sh -c '! grep -q ^orders /tmp/top.log'
check 'the most first [top.sort]' prints '^3: *orders' sh -c 'm3ipc top --once | grep -n .'
check 'by blocked time the longest first [top.sort]' prints '^3:other' sh -c 'm3ipc top --once --sort blocked | grep -n .'
sorted() { m3ipc top --once --sort "$1" | sed 1,2d | awk "{ print $2 }" >/tmp/sorted && sort $3 -c /tmp/sorted; }
check 'by VM [top.sort]' sorted vm '$1'
check 'by pid' sorted pid '$4' -n
check 'two tables in a batch' sh -c '[ "$(m3ipc top --batch --count 2 --interval 0.2 | grep -c ^node)" = 2 ]'
check 'into a pipe it is a batch, too' sh -c '[ "$(m3ipc top --count 2 --interval 0.2 | grep -c ^node)" = 2 ]'
stops() {
	m3ipc top --batch --interval 0.1 >/tmp/top.log &
	top=$!
	await sh -c '[ "$(grep -c ^node /tmp/top.log)" -ge 2 ]' && kill -TERM $top && wait $top
}
check 'SIGTERM ends it' stops

# On a terminal: script gives it one.
on_terminal() {
	mkfifo /tmp/keys
	script -q -c 'stty rows 6 cols 70; m3ipc top --interval 0.2' /tmp/screen </tmp/keys >/dev/null &
	terminal=$!
	exec 9>/tmp/keys
	await grep -q 'node 1' /tmp/screen || return 1
	printf v >&9
	await grep -q 'by vm' /tmp/screen || return 1
	printf q >&9
	await sh -c "! kill -0 $terminal"
	wait $terminal
	exec 9>&-
	grep -q '\[?1049l' /tmp/screen
}
check 'on a terminal keys sort and end it, and the screen is given back [top.screen]' on_terminal
# Each picture begins at the top left, and its lines by nothing else that moves.
narrow() {
	grep -v '^Script ' /tmp/screen | tr '\r\033' '\n\n' | sed 's/^\[[?0-9;]*[a-zA-Z]//' >/tmp/pictures
	grep -q '^VM  *NR' /tmp/pictures && awk 'length($0) > 70 { print; bad = 1 } END { exit bad }' /tmp/pictures
}
check 'lines are cut at its edge [top.screen]' narrow

check 'an unknown key is wrong usage' exits 2 m3ipc top --sort size
check 'and so is an interval of nothing' exits 2 m3ipc top --interval 0
check 'a VM that is not there is 1' exits 1 m3ipc top --once nowhere
check '--help' prints '^Usage: m3ipc top' m3ipc top --help
check 'the client ends' kill $client
check 'the end' m3ipc drvs-end
plan
