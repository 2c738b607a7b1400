# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Namespaces, taps and images need root; what runs in them belongs to whoever called, and runs as that user.

# Calls the lab again as root where the caller is not; otherwise returns.
need_root() {
	[ "$(id -u)" -ne 0 ] || return 0
	command -v sudo >/dev/null || die "this needs root (network namespace, taps, images) and sudo is not installed: run it as root"
	# sudo gives another PATH and HOME: what was found with the caller's goes along.
	exec sudo -- env "DRVS_CACHE=$cache" "DRVS_ACCEL=${DRVS_ACCEL-}" "DRVS_LAB=${DRVS_LAB-}" \
		"PATH=$node_bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" bash "$lab/lab" "$@"
}

lab_uid() { printf '%s' "${SUDO_UID:-$(id -u)}"; }
lab_gid() { printf '%s' "${SUDO_GID:-$(id -g)}"; }

# as_lab_user COMMAND...: replaces this shell; no new privileges, and no group of root's.
as_lab_user() {
	if [ "$(lab_uid)" -eq 0 ]; then
		exec "$@"
	fi
	exec setpriv --reuid "$(lab_uid)" --regid "$(lab_gid)" --init-groups --no-new-privs -- "$@"
}

# What root made for a user becomes that user's, so that `rm -rf` and `git clean` work without sudo.
give_to_lab_user() {
	[ "$(lab_uid)" -ne 0 ] || return 0
	local path
	for path in "$repo/var" "$cache"; do
		[ ! -e "$path" ] || chown -R --no-dereference "$(lab_uid):$(lab_gid)" "$path"
	done
}
