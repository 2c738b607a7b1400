# SPDX-License-Identifier: Apache-2.0
# Compares what the tests got from the module with what its errors.md says, in both directions. Input: errors.md, m3ipc.h,
# the tests' output. Prints a KTAP result for each difference; exits 1 if there is one.

BEGIN {
	FS = "|"
	# Of every command, says errors.md above its tables; and what the kernel says of a descriptor that is none.
	general = " ENOTTY EFAULT EINVAL EBADF "
	# Memory that runs out, here and in the system: the debug kernel's fault injection makes it.
	injected = " ENOMEM EALLOCMEM ENFILE "
}

FNR == 1 { file++ }

function trimmed(text) {
	gsub(/^ +| +$/, "", text)
	return text
}

# | errno or code | name | ... | calls | when |
file == 1 && NF > 6 && trimmed($1) == "" && trimmed($2) !~ /^(errno|code|-+)$/ {
	key = trimmed($2)
	label[key] = key ~ /^[0-9]+$/ ? trimmed($3) : key
	count = split(trimmed($(NF - 2)), calls, / +/)
	for (i = 1; i <= count; i++)
		if (calls[i] != "-")
			documented[calls[i] " " key] = 1
}

file == 2 && match($0, /M3IPC_IOC_[A-Z_]+ _IO[A-Z]*\(M3IPC_IOC_MAGIC, 0x[0-9a-f]+/) {
	split(substr($0, RSTART, RLENGTH), word, /[ ,(]+/)
	command[word[4]] = tolower(substr(word[1], 11))
}

file == 3 && /^# produced / {
	split($0, word, " ")
	if (word[3] in command)
		produced[command[word[3]] " " word[4]] = 1
}

function differs(text) {
	print "not ok - errors.md: " text
	bad = 1
}

END {
	for (pair in documented) {
		split(pair, word, " ")
		if (!(pair in produced) && !index(injected, " " label[word[2]] " "))
			differs("no test got " label[word[2]] " from " word[1])
	}
	for (pair in produced) {
		split(pair, word, " ")
		name = word[2] in label ? label[word[2]] : word[2]
		if (!(pair in documented) && !index(general, " " name " "))
			differs(word[1] " gave " name ", which is not documented")
	}
	if (!bad)
		print "ok - every error in errors.md was produced by a test, and no other"
	exit bad
}
