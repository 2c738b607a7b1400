# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The Debian 12 that the package is installed into. Sourced by run.

# A tar of it is cached, named by what went into it.
tree_make() {
	local tar key
	key=$({ echo "$old $new"; cat "$here/image.sh" "$repo/deploy/lab/image/base.sh"; } | sha256sum | cut -c1-16)
	tar=$cache/lab/dkms-$key.tar
	if [ ! -f "$tar" ]; then
		mkdir -p "$cache/lab"
		rm -f "$cache"/lab/dkms-*.tar
		"$here/image.sh" "$tar.new.tar" "$old" "$new"
		mv "$tar.new.tar" "$tar"
	fi
	tree_remove
	mkdir -p "$tree"
	tar -xpf "$tar" --numeric-owner -C "$tree"
	mount --bind /proc "$tree/proc"
	mount --bind /dev "$tree/dev"
	mkdir "$tree/debs"
	cp "$repo/build/packages/m3ipc-dkms_${version}_amd64.deb" "$repo/build/packages/m3ipc-modules-${old}_${version}_amd64.deb" \
		"$tree/debs/"
}

tree_remove() {
	local mounted
	for mounted in proc dev; do
		! mountpoint -q "$tree/$mounted" || umount "$tree/$mounted"
	done
	rm -rf --one-file-system "$tree"
}

# in_tree COMMAND...: as root in it, asking nothing.
in_tree() {
	chroot "$tree" env -i DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# tree_apt VERB PACKAGE...: nothing is fetched, since there are no lists of what could be.
tree_apt() {
	in_tree apt-get -o Dpkg::Use-Pty=0 --no-install-recommends -y "$@"
}
