#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh DIRECTORY: the manual pages into DIRECTORY/man*, and for each further name in a page's NAME one that leads there.
set -eu

here=$(dirname "$(readlink -f "$0")")

# The names a page is found by.
names_of() {
	sed -n '/^\.SH NAME$/{n;s/ \\- .*//;s/,/ /g;p;q;}' "$1"
}

for page in "$here"/man*/*.[1-9] "$here"/*.[1-9]; do
	file=${page##*/}
	section=${file##*.}
	install -D -m 644 "$page" "$1/man$section/$file"
	for name in $(names_of "$page"); do
		[ "$name.$section" = "$file" ] && continue
		printf '.so man%s/%s\n' "$section" "$file" >"$1/man$section/$name.$section"
		chmod 644 "$1/man$section/$name.$section"
	done
done
