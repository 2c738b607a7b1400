#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The manual pages of libm3ipc tell the truth: prototypes, examples, errors; and every name leads to one.
set -uo pipefail

man=$ROOT/libs/m3ipc-c/man
include=$ROOT/build/include
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0

check() {
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$work/log" 2>&1; then
		echo "ok $number $name"
	else
		sed 's/^/# /' "$work/log"
		echo "not ok $number $name"
	fi
}

# Prototypes of stdin, one a line, without the spaces that layout adds.
plain() { tr -s ' \t\n' ' ' | grep -oE '(int|const char \*) ?\(?mnx_[A-Za-z0-9_]+\)?\([^;]*\);' | tr -d ' ' | sort -u; }

prototypes() {
	# In C's declarations "*m" and "* m" are one.
	sed 's|/\*.*\*/||' "$include/m3ipc.h" | grep -v '^#' | plain >"$work/declared"
	cat "$man"/man3/*.3 | sed -n 's/^\.BI "/"/p;s/^\.B "/"/p' | sed -E 's/"|\\-//g; s/ +([,)])/\1/g' | plain >"$work/documented"
	[ "$(wc -l <"$work/declared")" -gt 70 ] || { echo 'the header was not understood'; return 1; }
	diff "$work/declared" "$work/documented"
}

# example PAGE: the text of its EXAMPLE, as source.
example() {
	sed -n '/^\.SH EXAMPLE$/,/^\.EE$/p' "$1" | sed -e '1,2d' -e '/^\.EE$/d' -e 's/^\\&//' -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" \
		-e 's/\\e/\\/g'
}

examples() {
	local page failed=0
	for page in "$man"/man[347]/*; do
		example "$page" >"$work/example.c"
		[ -s "$work/example.c" ] || { echo "${page##*/} has no example"; failed=1; continue; }
		gcc -std=gnu11 -Wall -Wextra -Werror -Wno-missing-field-initializers -I"$include" -c -o "$work/o" "$work/example.c" ||
			{ echo "the example of ${page##*/} does not compile"; failed=1; }
	done
	return $failed
}

# The other generation's names are macros; they lead to the same pages.
names() {
	local name failed=0
	for name in $(sed -n 's/^\t\(mnx_[A-Za-z0-9_]*\);$/\1/p' "$ROOT/libs/m3ipc-c/m3ipc.map") \
		$(grep -oE '^#define (mnx_[a-z0-9_]+) mnx_|^#define mnx_getdvsinfo' "$include/m3ipc/cast.h" | cut -d' ' -f2 | cut -d'(' -f1); do
		[ -f "$ROOT/build/share/man/man3/$name.3" ] || { echo "man $name finds nothing"; failed=1; }
	done
	return $failed
}

sections() {
	local page section failed=0
	for page in "$man"/man3/*.3; do
		for section in NAME SYNOPSIS DESCRIPTION 'RETURN VALUE' ERRORS NOTES EXAMPLE 'SEE ALSO'; do
			grep -qx "\.SH $section" "$page" || { echo "${page##*/} has no $section"; failed=1; }
		done
		grep -q '[Tt]hread-safe' "$page" || { echo "${page##*/} says nothing about threads"; failed=1; }
	done
	return $failed
}

# Pages that pages refer to; those of other packages (poll(2) ...) are not ours to check.
references() {
	local name failed=0
	for name in $(cat "$man"/man[347]/* | grep -ohE '(\\fB|^\.BR )(mnx_[A-Za-z0-9_]+)' | grep -oE 'mnx_[A-Za-z0-9_]+' | sort -u); do
		[ -f "$ROOT/build/share/man/man3/$name.3" ] || { echo "$name(3) is referred to, and is not there"; failed=1; }
	done
	return $failed
}

check 'each call has the prototype that its page shows, and none is left out' prototypes
check 'the examples compile' examples
check 'every name of every generation has a page' names
check 'each page has all sections, and speaks of threads' sections
check 'pages refer to pages that are there' references
check 'the errors are those of the module and the library' "$man/generate.sh" --check
echo "1..$number"
