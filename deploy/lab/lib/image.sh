# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The disk every node starts from, in two cached layers, each named by the hash of what went into it:
#   base  Debian with systemd, sshd and the kernel (a tar; rebuilt when the package list or the kernel changes)
#   node  base with our .debs installed (an ext4 image; rebuilt when one of them changes)
# and the initramfs that boots it. A node's own disk is an overlay over the node image.

images=$cache/lab

# Sets base_tar, node_image, initramfs and vmlinuz, building what is missing.
image_ready() {
	mkdir -p "$images"
	release=$(kernel_release 6.1)
	image_wanted_debs
	base_tar=$images/base-$(image_base_key).tar
	node_image=$images/node-$(image_node_key).ext4
	initramfs=$images/initramfs-$(image_initramfs_key)
	kernel_fetch "$release"
	vmlinuz=$kernel_dir/vmlinuz
	rm -rf "$images"/.new.*
	[ -f "$base_tar" ] || step "building the base system (once; minutes)" image_build_base
	[ -f "$node_image" ] || step "installing DRVS into the node image" image_build_node
	[ -f "$initramfs" ] || step "building the initramfs" image_build_initramfs
	image_forget_others
}

# The .debs a node gets: of the module, the one for the kernel it boots.
image_wanted_debs() {
	local deb package
	debs=()
	for package in m3ipc "m3ipc-modules-$release" drvs-node-agent; do
		deb=$(ls -t "$repo/build/packages/${package}_"*.deb 2>/dev/null | head -n1) || true
		[ -n "$deb" ] || die "no $package package in build/packages: run 'make package'"
		debs+=("$deb")
	done
}

image_key() { sha256sum | cut -c1-16; }

image_base_key() { { printf '%s\n' "$release"; cat "$lab/image/packages" "$lab/image/base.sh"; } | image_key; }

image_node_key() {
	{
		image_base_key
		cat "$lab/image/node.sh"
		sha256sum "${debs[@]}" | cut -d' ' -f1
	} | image_key
}

image_initramfs_key() { { printf '%s\n' "$release"; cat "$lab/image/init" "$lab/lib/image.sh"; } | image_key; }

# with_own_mounts COMMAND...: in a mount namespace of its own: what it mounts goes with it, however it ends. In a chroot
# whose root is no mount point nothing can be made private; there the commands' own cleaning up has to do.
with_own_mounts() {
	local propagation=private
	unshare --mount --propagation private true 2>/dev/null || propagation=unchanged
	unshare --mount --propagation "$propagation" "$@" </dev/null
}

image_build_base() {
	local fresh=$images/.new.base.tar packages
	packages=$(grep -Ev '^(#|$)' "$lab/image/packages" | paste -sd,)
	with_own_mounts bash "$lab/image/base.sh" "$fresh" "$packages,linux-image-$release"
	mv "$fresh" "$base_tar"
}

image_build_node() {
	local tree=$images/.new.tree fresh=$images/.new.node.ext4
	mkdir -p "$tree"
	tar -xpf "$base_tar" --numeric-owner --xattrs --xattrs-include='*' -C "$tree"
	with_own_mounts bash "$lab/image/node.sh" "$tree" "${debs[@]}"
	rm -f "$fresh"
	truncate -s 3G "$fresh"
	mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -m 0 -L drvs-node -d "$tree" "$fresh"
	rm -rf "$tree"
	mv "$fresh" "$node_image"
}

image_build_initramfs() {
	local tree=$images/.new.initramfs line module
	mkdir -p "$tree"/{bin,dev,proc,root,modules}
	cp "$(command -v busybox)" "$tree/bin/busybox"
	cp "$lab/image/init" "$tree/init"
	for module in virtio_pci virtio_blk virtio_net; do
		modprobe -d "$kernel_dir/root" -S "$release" --show-depends "$module" | while read -r _ line; do
			cp "$line" "$tree/modules/"
			basename "$line"
		done
	done | awk '!seen[$0]++' >"$tree/modules/order"
	(cd "$tree" && find . -mindepth 1 | LC_ALL=C sort |
		cpio --create --format=newc --owner=0:0 --reproducible --quiet) >"$images/.new.cpio"
	rm -rf "$tree"
	mv "$images/.new.cpio" "$initramfs"
}

# They are large: of each kind the three used last are kept, since a second lab or another clone may be using its own.
image_forget_others() {
	local kind
	touch "$base_tar" "$node_image" "$initramfs"
	for kind in base node initramfs; do
		ls -t "$images/$kind-"* | tail -n +4 | while read -r old; do rm -f "$old"; done
	done
}
