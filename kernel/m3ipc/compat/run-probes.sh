#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Compiles each probe against a kernel and writes what it has.
# Usage: run-probes.sh KERNEL_BUILD_DIR PROBE_DIR WORK_DIR HEADER
set -eu

kernel=$1 probes=$2 work=$3 header=$4
mkdir -p "$work" "$(dirname "$header")"
: >"$header.new"
for probe in "$probes"/*.c; do
	name=$(basename "$probe" .c)
	macro=M3_HAVE_$(echo "$name" | tr '[:lower:]' '[:upper:]')
	mkdir -p "$work/$name"
	cp "$probe" "$work/$name/"
	echo "obj-m := $name.o" >"$work/$name/Kbuild"
	if make -s -C "$kernel" M="$work/$name" "$name.o" >"$work/$name.log" 2>&1; then
		echo "#define $macro 1" >>"$header.new"
	else
		echo "/* no $macro */" >>"$header.new"
	fi
done
cmp -s "$header.new" "$header" && rm "$header.new" || mv "$header.new" "$header"
