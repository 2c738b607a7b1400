# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Installing, loading, upgrading, exchanging and removing. Sourced by run.

# says TEXT COMMAND...: the command succeeds and prints a line with the text.
says() {
	local text=$1
	shift
	"$@" 2>&1 | tee "$out/says.log"
	grep -qF -- "$text" "$out/says.log" || { echo "no line says: $text"; return 1; }
}

# refuses TEXT COMMAND...: it fails and says so.
refuses() {
	local text=$1
	shift
	if "$@" >"$out/says.log" 2>&1; then
		echo "it did not fail"
		return 1
	fi
	cat "$out/says.log"
	grep -qF -- "$text" "$out/says.log" || { echo "no line says: $text"; return 1; }
}

# DKMS and depmod agree that the module is there, and it is the only one. Debian's 6.12 compresses its modules.
has_dkms_module() {
	local release=$1 wanted=$2 modules=$tree/lib/modules/$1 found
	says "m3ipc/$wanted, $release, x86_64: installed" in_tree dkms status || return 1
	found=$(cd "$modules" && find . -name 'm3ipc.ko*' -printf '%P ')
	echo "found: $found"
	[[ $found =~ ^updates/dkms/m3ipc.ko(\.xz)?\ $ ]] && grep -q "^${found% }:" "$modules/modules.dep" &&
		[ "$(modinfo -F version "$modules/${found% }")" = "$wanted" ]
}

has_no_module() { ! find "$tree/lib/modules/$1/" -name 'm3ipc*' | grep . && ! grep m3ipc "$tree/lib/modules/$1/modules.dep"; }

# in_guest KERNEL SCRIPT [OPTION...]: a guest that has of m3ipc what DKMS installed, and kmod's modprobe.
in_guest() {
	local kernel=$1 script=$2 modules index
	shift 2
	modules=lib/modules/$kernel
	rm -rf "$out/modules"
	mkdir -p "$out/modules"
	cp -a "$tree/$modules/updates" "$out/modules/"
	for index in "$tree/$modules"/modules.*; do cp -a "$index" "$out/modules/"; done
	"$guest" --no-module --kernel "$kernel" --timeout 600 --with "$out/modules:/$modules" --with "$repo/build/bin/m3ipc:/usr/sbin/m3ipc" \
		--with "$(command -v modprobe):/usr/sbin/modprobe" --with "$repo/test/kernel/guest/ktap.sh:/tests/ktap.sh" \
		--with "$here/$script:/tests/$script" "$@" -- "$here/$script"
}

# guest_checks KERNEL SCRIPT [OPTION...]: the script's own checks count.
guest_checks() {
	echo "# $2 in a guest of $1 ${*:3}"
	in_guest "$@" >"$out/guest.log" 2>&1 || echo "not ok - the guest exited with $?" >>"$out/guest.log"
	cat "$out/guest.log"
	count_guest "$out/guest.log"
}

# A package of the next version, as its upgrade brings it.
make_next_version() {
	local root=$out/next source
	next=$version+1
	rm -rf "$root"
	dpkg-deb -R "$tree/debs/m3ipc-dkms_${version}_amd64.deb" "$root"
	mv "$root/usr/src/m3ipc-$version" "$root/usr/src/m3ipc-$next"
	sed -i "s/^Version: .*/Version: $next/" "$root/DEBIAN/control"
	sed -i "s/^version=.*/version=$next/" "$root"/DEBIAN/p*
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$next\"/" "$root/usr/src/m3ipc-$next/dkms.conf"
	dpkg-deb --root-owner-group -b "$root" "$tree/debs/m3ipc-dkms_${next}_amd64.deb"
}

package_checks() {
	check 'a kernel without headers is named, with the remedy' \
		says "kernel $new has no headers here, so it gets no module: run 'apt install linux-headers-$new'" \
		tree_apt install "/debs/m3ipc-dkms_${version}_amd64.deb"
	check "DKMS built for $old" has_dkms_module "$old" "$version"
	check "and not for $new" has_no_module "$new"
	check "its headers come, and DKMS builds for $new by itself" in_tree sh -c 'dpkg -i /headers/*.deb'
	check "and depmod knows it" has_dkms_module "$new" "$version"
	check 'it stands in for the prebuilt package of any kernel' \
		says m3ipc-modules in_tree dpkg-query -W -f '${Provides}\n' m3ipc-dkms
	guest_checks "$old" loads.sh
	guest_checks "$new" loads.sh

	check 'the package of the next version' make_next_version
	check 'an upgrade builds the new one' tree_apt install "/debs/m3ipc-dkms_${next}_amd64.deb"
	check "for $old" has_dkms_module "$old" "$next"
	check "for $new" has_dkms_module "$new" "$next"
	check 'and leaves nothing of the old' test ! -e "$tree/var/lib/dkms/m3ipc/$version" -a ! -e "$tree/usr/src/m3ipc-$version"

	check 'the prebuilt package takes its place' \
		says 'm3ipc-dkms' tree_apt install "/debs/m3ipc-modules-${old}_${version}_amd64.deb"
	check 'alone' prebuilt_alone
	check 'a kernel that it does not build for fails the installation, and names the log' broken_build
	check 'and no other kernel' has_dkms_module "$new" "$version"
	check 'once that is mended, dpkg does the rest' in_tree dpkg --configure m3ipc-dkms
	check "alone for $old" has_dkms_module "$old" "$version"
	check 'a kernel that is removed takes its module along' removed_kernel
}

prebuilt_alone() {
	local modules=$tree/lib/modules
	[ "$(find "$modules" -name 'm3ipc.ko*')" = "$modules/$old/updates/m3ipc.ko" ] &&
		grep -q '^updates/m3ipc.ko:' "$modules/$old/modules.dep" && ! grep m3ipc "$modules/$new/modules.dep"
}

nothing_left() {
	! find "$tree"/{lib/modules,usr/src,var/lib/dkms,usr/share/doc} -iname '*m3ipc*' | grep . &&
		! grep m3ipc "$tree"/lib/modules/*/modules.dep && ! in_tree dkms status | grep m3ipc &&
		! in_tree dpkg-query -W m3ipc-dkms
}

# A kernel that lacks what the module needs: here one of its headers.
broken_build() {
	local header=$tree/usr/src/linux-headers-${old%-cloud-amd64}-common/include/linux/miscdevice.h status=0
	mv "$header" "$header.away"
	refuses "the module does not build for kernel $old (above, the end of /var/lib/dkms/m3ipc/$version/build/make.log)" \
		tree_apt install "/debs/m3ipc-dkms_${version}_amd64.deb" || status=1
	mv "$header.away" "$header"
	return $status
}

removed_kernel() { tree_apt remove "linux-image-$new" && [ ! -e "$tree/lib/modules/$new/updates" ] && has_dkms_module "$old" "$version"; }

removal_checks() {
	check 'removal' tree_apt remove m3ipc-dkms
	check 'leaves nothing behind' nothing_left
}
