#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The library that catches traps, as a file: what it may contain.
set -uo pipefail

library=$ROOT/build/lib32/m3ipc/libm3ipc-trap.so
nothing=$ROOT/build/lib/x86_64-linux-gnu/m3ipc/libm3ipc-trap.so
number=0

check() {
	local name=$1 output
	shift
	number=$((number + 1))
	if output=$("$@" 2>&1); then
		echo "ok $number $name"
	else
		sed 's/^/# /' <<<"$output"
		echo "not ok $number $name"
	fi
}

# A call is made between two instructions of a program whose FPU and SSE registers nobody saves.
general_registers_only() {
	! objdump -d --no-show-raw-insn "$library" | grep -E '%(st|mm[0-7]|[xyz]mm)'
}

# The call's own objects reach no function of another library: those may use SSE.
calls_nothing_of_libc() {
	local wanted
	wanted=$(cd "$ROOT/build/obj/m3ipc-c-trap" && nm -u door.o minix.o m3ipc.o structures.o error.o error_table.o |
		sed -n 's/^ *U //p' | sort -u | grep -vE '^(m3_|_GLOBAL_OFFSET_TABLE_$|__u?(div|mod|divmod)di[34]$)')
	[ -z "$wanted" ] || { echo "$wanted"; return 1; }
}

exports_what_the_map_says() {
	diff <(nm -D --defined-only "$library" | awk '{ print $3 }' | sort) \
		<(sed -n 's/^\t\([a-z_0-9]*\);$/\1/p' "$ROOT/libs/m3ipc-c/trap/exports.map" | sort)
}

does_nothing() { [ -z "$(nm -D --defined-only "$nothing" 2>/dev/null)" ]; }
is_for() { readelf -h "$1" | grep -q "Class: *$2"; }

check 'the trap uses general registers only' general_registers_only
check 'a call by trap reaches nothing of libc' calls_nothing_of_libc
check 'the trap stands before no other functions than its map says' exports_what_the_map_says
check 'the trap is a 32-bit library' is_for "$library" ELF32
check 'for 64-bit programs there is one, too' is_for "$nothing" ELF64
check 'and it does nothing' does_nothing
echo "1..$number"
