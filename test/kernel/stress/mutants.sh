# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Mutants: copies of the module with one bug each. Sourced by run.
#
# mutants/NAME.patch begins with prose, and a line "Caught-by: INVARIANT[, INVARIANT]..." with the
# names that the model's "violation of" lines give, "kernel report" for what the guest's console
# tells, or "unloading". They are built in one tree, so that each costs only what it changes.

readonly mutant_tree=$root/build/test/mutants mutant_kernel=6.1

mutant_names() {
	local patch
	for patch in "$here"/mutants/*.patch; do
		basename "$patch" .patch
	done
}

# A patch that no longer applies guards nothing.
mutants_apply() {
	local name
	for name in $(mutant_names); do
		if (cd "$root" && git apply --check "$here/mutants/$name.patch" 2>"$log.apply"); then
			echo "ok mutant $name applies"
		else
			sed 's/^/# /' "$log.apply"
			echo "not ok mutant $name applies: make it anew from the source as it is"
		fi
	done
	rm -f "$log.apply"
}

mutant_caught_by() {
	sed -n 's/^Caught-by: //p' "$here/mutants/$1.patch"
}

# mutant_build NAME: leaves $mutant_tree/NAME.ko. The tree holds the true source before and after.
mutant_build() {
	local patch=$here/mutants/$1.patch file status=0
	mkdir -p "$mutant_tree/tree/kernel"
	cp -ru "$root/kernel/m3ipc" "$mutant_tree/tree/kernel/"
	patch -s -p1 -d "$mutant_tree/tree" <"$patch" || status=1
	make -s -C "$mutant_tree/tree/kernel/m3ipc" one "OUT=$mutant_tree/out" \
		"KREL=$("$root/deploy/lab/guest" --kernel $mutant_kernel --release)" >"$mutant_tree/$1.log" 2>&1 || status=1
	for file in $(sed -n 's,^+++ b/\([^[:space:]]*\).*,\1,p' "$patch"); do
		cp "$root/$file" "$mutant_tree/tree/$file" # with the time of now: it is built again
	done
	[ $status -eq 0 ] && cp "$mutant_tree/out/m3ipc.ko" "$mutant_tree/$1.ko"
}

# What caught it, of the model's output and the guest's status; nothing: it lives.
mutant_verdict() {
	local seen=$1 status=$2 name
	name=$(sed -n 's/^# violation of \([A-Za-z -]*\): .*/\1/p' "$seen" | head -n 1)
	if [ -n "$name" ]; then
		echo "$name"
	elif [ "$status" -eq 125 ] && grep -q 'the kernel reported a problem' "$seen"; then
		echo 'kernel report'
	elif [ "$status" -ne 0 ]; then
		echo "exit status $status"
	fi
}

mutant_run() {
	local name=$1 wanted started=$SECONDS status=0 verdict
	wanted=$(mutant_caught_by "$name")
	if ! mutant_build "$name"; then
		sed 's/^/# /' "$mutant_tree/$name.log"
		echo "not ok mutant $name builds"
		return
	fi
	started=$SECONDS
	model_in_guest $mutant_kernel "$mutant_tree/$name.ko" 60 1 >"$mutant_tree/$name.out" || status=$?
	verdict=$(mutant_verdict "$mutant_tree/$name.out" "$status")
	if [[ ", $wanted, " == *", $verdict, "* ]]; then
		echo "ok mutant $name is caught by '$verdict' in $((SECONDS - started)) s"
	else
		tail -n 40 "$mutant_tree/$name.out" | sed 's/^/# /'
		echo "not ok mutant $name: '${verdict:-nothing}' caught it, not '$wanted'"
	fi
}

# mutants_run all | NAME,NAME...
mutants_run() {
	local name names=${1//,/ }
	[ "$1" != all ] || names=$(mutant_names)
	for name in $names; do
		mutant_run "$name"
	done
}
