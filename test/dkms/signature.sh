# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Signed and unsigned modules, as docs/guide/secure-boot.md tells. Sourced by run.

# documented BLOCK: runs the block of the guide in the tree.
documented() {
	sh "$repo/test/support/doc-block.sh" "$repo/docs/guide/secure-boot.md" "$1" >"$tree/block.sh"
	in_tree sh -eux /block.sh
}

# The key that the firmware of the guests trusts, in the place of the one that the guide made.
take_trusted_key() {
	local snakeoil=/usr/share/ovmf/PkKek-1-snakeoil
	openssl rsa -in $snakeoil.key -passin pass:snakeoil -out "$tree/var/lib/mok/mok.key"
	openssl x509 -in $snakeoil.pem -outform DER -out "$tree/var/lib/mok/mok.der"
	in_tree dpkg-reconfigure m3ipc-dkms
}

unsigned_prebuilt() {
	local module=$tree/lib/modules/$old/updates/m3ipc.ko
	cp "$repo/build/modules/$old/m3ipc.ko" "$module"
	[ -z "$(modinfo -F signer "$module")" ]
}

# By the key of which the guest above showed what it is good for.
signed_prebuilt() {
	local modules=$tree/lib/modules/$old/updates signer
	signer=$(modinfo -F signer "$modules/m3ipc.ko")
	[ -n "$signer" ] && [ "$signer" = "$(modinfo -F signer "$modules/dkms/m3ipc.ko")" ]
}

signature_checks() {
	local module=$tree/lib/modules/$old/updates/dkms/m3ipc.ko keep=$out/other
	mkdir -p "$keep"
	check 'DKMS signs with a key of its own' says "$old: DKMS module signing key" documented signer
	cp "$module" "$keep/other-key.ko"
	cp "$repo/build/modules/$old/m3ipc.ko" "$keep/unsigned.ko"
	guest_checks "$old" refused.sh --append module.sig_enforce=1 --with "$keep:/tests"

	check 'a key is made as the guide says' documented key
	check 'and DKMS told of it' documented dkms
	check 'it signs with that key' says "$old: modules of " documented signer
	check 'and now with one that the firmware knows' take_trusted_key
	guest_checks "$old" loads.sh --secure-boot --with "$keep:/tests" --env OTHER=/tests/other-key.ko

	check 'a prebuilt module' unsigned_prebuilt
	check 'is signed as the guide says' documented prebuilt
	check 'with the same effect' signed_prebuilt
	rm "$tree/lib/modules/$old/updates/m3ipc.ko"
}
