# SPDX-License-Identifier: Apache-2.0
#
# Makes the error names (want=header) or the error table (want=table) from
# names.tsv and the module's uapi/errors.md. Fails when they contradict each
# other or when a mapping is not injective.
#
# usage: awk -v want=header|table -f errors.awk names.tsv errors.md

function stop(text) {
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

function trim(text) {
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

FNR == 1 { file++ }

file == 1 && /^#/ { next }

file == 1 {
	if (split($0, f, "\t") != 4)
		stop("not four columns")
	if (f[1] in name)
		stop("number " f[1] " twice")
	if (f[2] in number)
		stop("name " f[2] " twice")
	order[++names] = f[1]
	name[f[1]] = f[2]
	number[f[2]] = f[1]
	bare[f[1]] = f[3]
	text[f[1]] = f[4]
	next
}

# | errno | M3 name | M3 number | calls | when |
# | code | name | M3 name | M3 number | calls | when |
file == 2 && /^\|/ {
	n = split($0, f, "|")
	if (f[2] ~ /^[ -]+$/ || trim(f[2]) == "errno" || trim(f[2]) == "code")
		next
	if (n == 7) {
		kernel = trim(f[2]); m3 = trim(f[3]); value = trim(f[4]); calls = trim(f[5])
	} else if (n == 8) {
		kernel = "M3IPC_" trim(f[3]); m3 = trim(f[4]); value = trim(f[5]); calls = trim(f[6])
	} else
		stop("a row with neither five nor six columns")
	sub(/^E/, "", m3)
	if (!(m3 in number))
		stop("names.tsv has no " m3)
	if (number[m3] != value)
		stop("E" m3 " is " number[m3] " in names.tsv")
	if (value in mapped)
		stop("number " value " has two kernel codes")
	if (kernel in from)
		stop("kernel code " kernel " has two numbers")
	mapped[value] = kernel
	from[kernel] = value
	maporder[++maps] = kernel
	callsof[kernel] = calls
}

END {
	if (failed)
		exit 1
	if (want == "header")
		header()
	else
		table()
}

function header(i, v, n) {
	print "/* SPDX-License-Identifier: Apache-2.0 */"
	print "/* Results of M3-IPC calls. Generated from names.tsv; included by <m3ipc.h>. */"
	print "#ifndef M3IPC_ERRORS_H"
	print "#define M3IPC_ERRORS_H"
	print ""
	print "#include <errno.h>"
	print ""
	for (i = 1; i <= names; i++) {
		v = order[i]
		n = name[v]
		printf "#define EMOL%s (-%d) /* %s */\n", n, v, text[v]
		if (bare[v] == "yes")
			printf "#define E%s (-%d)\n", n, v
	}
	print ""
	print "/* The same under the later prefix. EDVSBUSY and EDVSINIT are names above. */"
	for (i = 1; i <= names; i++)
		if (name[order[i]] != "BUSY")
			printf "#define EDVS%s (-%d)\n", name[order[i]], order[i]
	print ""
	print "#endif"
}

function table(i, v) {
	print "/* SPDX-License-Identifier: Apache-2.0 */"
	print "/* Generated from names.tsv and the module's uapi/errors.md. */"
	print "#include \"error.h\""
	print ""
	print "#include <errno.h>"
	print ""
	print "#include \"uapi/m3ipc.h\""
	print ""
	print "const struct m3_error_map m3_error_map[] = {"
	for (i = 1; i <= maps; i++)
		printf "\t{ %s, %d, \"%s\" },\n", maporder[i], from[maporder[i]], callsof[maporder[i]]
	print "};"
	print "const unsigned int m3_error_maps = sizeof(m3_error_map) / sizeof(m3_error_map[0]);"
	print ""
	print "const struct m3_error_name m3_error_name[] = {"
	for (i = 1; i <= names; i++) {
		v = order[i]
		printf "\t{ %d, \"E%s\", \"%s\" },\n", v, name[v], text[v]
	}
	print "};"
	print "const unsigned int m3_error_names = sizeof(m3_error_name) / sizeof(m3_error_name[0]);"
}
