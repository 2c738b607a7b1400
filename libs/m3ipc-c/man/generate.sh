#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Writes the ERRORS of the manual pages of section 3 from calls.tsv and errors.tsv, between the comments that say so.
#
#   generate.sh           rewrites the pages
#   generate.sh --check   writes nothing; fails where a page differs, where calls.tsv and the module's uapi/errors.md
#                         contradict each other, and where a call has no page
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
table=$here/../../../kernel/m3ipc/uapi/errors.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# rewrite PAGE: the page with its ERRORS as they should be.
rewrite() {
	awk -v page="$(basename "$1" .3)" '
		BEGIN { FS = "\t" }
		function text_of(error) {
			if ((error, page) in special) return special[error, page]
			if (error in general) return general[error]
			print page ": errors.tsv says nothing about " error > "/dev/stderr"
			failed = 1
		}
		FILENAME ~ /errors.tsv$/ {
			if (/^#/) next
			n = split($2, pages, " ")
			for (i = 1; i <= n; i++) special[$1, pages[i]] = $3
			if ($2 == "*") general[$1] = $3
			next
		}
		FILENAME ~ /calls.tsv$/ {
			if (!/^#/ && $1 == page) { known = 1; list = ($3 == "-" ? "" : $3) " " ($4 == "-" ? "" : $4) }
			next
		}
		/^\.\\" begin of generated errors/ {
			print
			inside = 1
			n = split(list, errors, " ")
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && errors[j - 1] > errors[j]; j--) {
					t = errors[j]; errors[j] = errors[j - 1]; errors[j - 1] = t
				}
			for (i = 1; i <= n; i++) {
				text = text_of(errors[i])
				gsub(/-/, "\\-", text)
				printf ".TP\n.B EMOL%s\n%s\n", errors[i], text
			}
			found = 1
		}
		/^\.\\" end of generated errors/ { inside = 0 }
		!inside || /^\.\\" begin/ && !found { print }
		END {
			if (!known) { print page " is not in calls.tsv" > "/dev/stderr"; failed = 1 }
			if (!found) { print page " has no place for its errors" > "/dev/stderr"; failed = 1 }
			exit failed
		}' "$here/errors.tsv" "$here/calls.tsv" "$1"
}

# Errors that calls.tsv gives a page without the module doing so, and the other way round.
contradictions() {
	awk '
		BEGIN { FS = "\t" }
		FILENAME ~ /errors.md$/ {
			n = split($0, f, "|")
			if (n != 7 && n != 8) next
			name = f[n - 4]; calls = f[n - 2]
			gsub(/ /, "", name); sub(/^E/, "", name)
			if (name == "M3name" || name ~ /^-/) next
			m = split(calls, call, " ")
			for (i = 1; i <= m; i++) if (call[i] != "-") gives[call[i], name] = 1
			next
		}
		/^#/ || $2 == "-" { next }
		{
			m = split($2, call, " "); e = split($3, errors, " ")
			for (j = 1; j <= e; j++) {
				if (errors[j] == "-") continue
				found = 0
				for (i = 1; i <= m; i++)
					if ((call[i], errors[j]) in gives) found = told[call[i], errors[j]] = 1
				if (!found) print $1 ": by uapi/errors.md its calls (" $2 ") do not give " errors[j]
			}
			for (i = 1; i <= m; i++) paged[call[i]] = 1
		}
		END {
			for (pair in gives) {
				split(pair, p, SUBSEP)
				if (!(p[1] in paged)) print "no page of calls.tsv is about " p[1]
				else if (!(pair in told)) print "uapi/errors.md lets " p[1] " give " p[2] "; no page says so"
			}
		}' "$table" "$here/calls.tsv" | sort -u
}

# Calls of the library that no page names.
unpaged() {
	sed -n 's/^\t\(mnx_[A-Za-z0-9_]*\);$/\1/p' "$here/../m3ipc.map" | while read -r call; do
		grep -qE "^(.*, )?$call(,.*)? \\\\- " "$here"/man3/*.3 || echo "no page of man3 has $call in its NAME"
	done
}

status=0
for page in "$here"/man3/*.3; do
	rewrite "$page" >"$work/page" || status=1
	[ $status -eq 0 ] || break
	cmp -s "$work/page" "$page" && continue
	if [ "${1:-}" = --check ]; then
		echo "${page#"$here"/}: its ERRORS are not those of calls.tsv and errors.tsv"
		status=1
	else
		cat "$work/page" >"$page"
	fi
done
if [ "${1:-}" = --check ]; then
	{ contradictions; unpaged; } >"$work/complaints"
	if [ -s "$work/complaints" ]; then
		cat "$work/complaints"
		status=1
	fi
fi
exit $status
