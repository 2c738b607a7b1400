#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# m3ipc exec --minix-trap: what it runs and what it refuses.
. "$(dirname "$0")/ktap.sh"

echo 'KTAP version 1'
m3ipc drvs-end 2>/dev/null
m3ipc drvs-init --nodeid 1 >/dev/null
m3ipc vm-init --vmid 7 --name old --abi 32
m3ipc vm-init --vmid 8 --name new --abi 64
echo text >/tmp/text
chmod 755 /tmp/text
refused=/tests/trap-refused
trapping=/tests/trap/segv

traps() { m3ipc exec --minix-trap "$@"; }
refuses() {
	expression=$1
	shift
	traps "$@" >/tmp/refused.log 2>&1
	status=$?
	[ $status -eq 125 ] || { echo "status $status, not 125"; cat /tmp/refused.log; return 1; }
	grep -qE -- "^m3ipc exec: --minix-trap: $expression" /tmp/refused.log || { cat /tmp/refused.log; return 1; }
	[ "$(wc -l </tmp/refused.log)" = 1 ]
}

check 'a static program is refused [trap.refused]' refuses '.*/static is statically linked.*; link it dynamically' -- $refused/static
check 'a 64-bit program is refused [trap.refused]' refuses '/usr/bin/setpriv is a 64-bit program.*libm3ipc' -- setpriv true
check 'a script is refused [trap.refused]' refuses '.*/module.sh is a script, run by /bin/sh; name the 32-bit' -- /tests/scripts/module.sh
check 'a file that is no program is refused [trap.refused]' refuses '/tmp/text is not a program' -- /tmp/text
check 'a program that is not there is 127' exits 127 traps -- /no/such/program
check 'a VM of 64-bit programs is refused [trap.refused]' refuses 'VM new is for 64-bit programs.*--abi 32' --vm new --nr 1 -- $trapping
check 'a number without a VM is wrong usage' exits 125 traps --nr 1 -- $trapping
check 'and a VM without a number' exits 125 traps --vm old -- $trapping

copy() { rm -f /tmp/copy && cp $trapping /tmp/copy && "$@" /tmp/copy; }
as_drvs() { /usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }
refuses_user() { as_drvs m3ipc exec --minix-trap -- /tmp/copy 2>&1 | grep -E "$1"; }
check 'a setuid program, for others than its owner [trap.refused]' copy chmod 4755
check 'is refused [trap.refused]' refuses_user '/tmp/copy is setuid or setgid.*; run it as its owner, or'
check 'but not for its owner' traps -- /tmp/copy faults_reach_the_programs_handler
check 'a setgid program [trap.refused]' copy chmod 2755
check 'is refused as well [trap.refused]' refuses_user '/tmp/copy is setuid or setgid'

without() {
	mv "$1" "$1.away" || return 1
	shift
	"$@"
	result=$?
	mv "${file:?}.away" "$file"
	return $result
}
file=/usr/lib32/m3ipc/libm3ipc-trap.so
check 'without the library it is refused [trap.refused]' without $file \
	refuses "$file is not there.*gcc-multilib" -- $trapping
file=/lib/ld-linux.so.2
check 'without the loader it is refused [trap.refused]' without $file \
	refuses "$trapping needs /lib/ld-linux.so.2.*apt install libc6-i386" -- $trapping

check 'a program may be bound before it starts' traps --vm old --nr 3 -- $trapping a_program_that_blocks_every_signal_traps
quiet() {
	traps -- "$trapping" sigaction_tells_what_was_set 2>/tmp/errors >/dev/null && [ ! -s /tmp/errors ]
}
check 'nothing is said on standard error' quiet
# A 64-bit dynamic program in the environment that it gets.
quiet_child() {
	LD_PRELOAD='/usr/$LIB/m3ipc/libm3ipc-trap.so' /usr/bin/setpriv --version 2>/tmp/errors >/dev/null && [ ! -s /tmp/errors ]
}
check 'nor by 64-bit programs that it starts' quiet_child
check 'the end' m3ipc drvs-end
plan
