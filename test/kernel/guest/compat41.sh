#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs written as users of M3-IPC 4.1 wrote them (../compat41), linked with the shared library.
. "$(dirname "$0")/ktap.sh"

programs=/compat41

# run ABI PROGRAM ARG...
run() {
	abi=$1 program=$2
	shift 2
	check "as $abi: $program${1:+ $*}" "$programs/$abi/$program" "$@"
}

# All of them, in one DVS and DC that the first leaves behind.
run_all() {
	m3ipc drvs-end 2>/dev/null
	run "$1" life
	run "$1" setup 1 0
	run "$1" ipc1 0 200
	run "$1" ipc2 0 4 100
	run "$1" ipc3 0 50
	run "$1" ipc4 0 200
	run "$1" copy1 0 10 70000
	run "$1" copy2 0 10 65536
	run "$1" bind 0
	run "$1" wait4bind 0 3 4
	run "$1" procinfo 0
	run "$1" timeouts 0
	run "$1" priv 0
	run "$1" mthread 0 6 30
	run "$1" errors 0
	run "$1" server 2
	run "$1" first 0
	for program in "$programs/$1"/cplusplus*; do
		[ ! -x "$program" ] || run "$1" "$(basename "$program")" 0
	done
	check "as $1: the DVS ends" m3ipc drvs-end
}

echo 'KTAP version 1'
run_all gnu89
if [ -d $programs/m32 ]; then
	run_all m32
else
	number=$((number + 1))
	echo "ok $number as m32 # SKIP gcc -m32 needs the package gcc-multilib"
fi
plan
