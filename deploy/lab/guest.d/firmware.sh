# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Booting by UEFI with Secure Boot on. Sourced by guest.
#
# Debian's ovmf brings variables with Secure Boot on whose one key is a public "snakeoil" one, private half included. The
# kernel is signed with it here. It stands in db, and so in the kernel's platform keyring, which is where an owner's key
# of shim (MOK) stands on a real machine.

ovmf=/usr/share/OVMF
snakeoil=/usr/share/ovmf/PkKek-1-snakeoil

firmware_check() {
	local pair missing=()
	for pair in "$ovmf/OVMF_VARS_4M.snakeoil.fd:ovmf" "$snakeoil.key:ovmf" /usr/bin/sbsign:sbsigntool /usr/bin/openssl:openssl; do
		[ -e "${pair%%:*}" ] || missing+=("${pair#*:}")
	done
	[ ${#missing[@]} -eq 0 ] ||
		fail "--secure-boot needs packages that are not installed; run: sudo apt-get install ${missing[*]}"
}

# Leaves the signed kernel in $work/vmlinuz and QEMU's arguments in firmware_args.
firmware_prepare() {
	cp "$ovmf/OVMF_VARS_4M.snakeoil.fd" "$work/vars.fd"
	openssl rsa -in "$snakeoil.key" -passin pass:snakeoil -out "$work/snakeoil.key" 2>/dev/null
	sbsign --key "$work/snakeoil.key" --cert "$snakeoil.pem" --output "$work/vmlinuz" "$kernel_dir/vmlinuz" \
		>"$work/sbsign.log" 2>&1 || {
		cat "$work/sbsign.log" >&2
		fail "cannot sign $kernel_dir/vmlinuz"
	}
	firmware_args=(-global driver=cfi.pflash01,property=secure,value=on
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$ovmf/OVMF_CODE_4M.secboot.fd"
		-drive "if=pflash,unit=1,format=raw,file=$work/vars.fd")
}
