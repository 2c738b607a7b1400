#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# doc-block.sh FILE NAME : prints the code block of a document that follows the line `<!-- run: NAME -->`, so that a test
# runs what the reader is told to type.
awk -v mark="<!-- run: $2 -->" '
	$0 == mark { marked = 1; next }
	marked && /^```/ { if (inside) exit; inside = 1; next }
	inside { print; found = 1 }
	END { exit !found }
' "$1" || { echo "$1 has no code block named $2" >&2; exit 1; }
