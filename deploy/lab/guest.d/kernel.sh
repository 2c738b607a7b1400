# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Which kernel a guest boots, and where its files come from. Sourced by guest.

# kernel_release NAME: prints the release NAME stands for: that of the newest
# installed headers (modules are built with those), else of the newest image
# the configured Debian archives offer.
kernel_release() {
	local name=$1 series flavour=cloud-amd64 found
	case $name in
	debug | kcsan)
		"$repo/kernel/m3ipc/debug/build-kernel" --release "$name"
		return
		;;
	6.1 | 6.12) series=$name ;;
	6.1-rt | 6.12-rt) series=${name%-rt} flavour=rt-amd64 ;;
	6.1-* | 6.12-*) series=${name%%-*} flavour=${name#*-} ;;
	[0-9]*.[0-9]*.[0-9]*)
		echo "$name"
		return
		;;
	*) fail "unknown kernel '$name': give 6.1, 6.12, these with -amd64 or -rt, debug, kcsan or a release; see --help" ;;
	esac
	found=$(kernel_releases_installed "$series" "$flavour" | sort -V | tail -n1)
	[ -n "$found" ] || found=$(kernel_releases_offered "$series" "$flavour" | sort -V | tail -n1)
	# Lists that a machine came with may name one archive of several.
	[ -n "$found" ] || ! "$repo/deploy/setup/packages" --lists >&2 ||
		found=$(kernel_releases_offered "$series" "$flavour" | sort -V | tail -n1)
	[ -n "$found" ] ||
		fail "no kernel $series of flavour $flavour is installed or offered by apt; check 'apt-cache search linux-image-$series', for 6.12 the bookworm-backports or bookworm-security archive"
	echo "$found"
}

kernel_releases_installed() {
	local dir
	for dir in /usr/src/linux-headers-"$1".[0-9]*-"$2"; do
		dir=${dir##*/linux-headers-}
		[[ $dir =~ ^[0-9.]+(-[0-9]+)?([+.]?(deb|bpo)[0-9+.]*)?-$2$ ]] && echo "$dir"
	done
	return 0
}

kernel_releases_offered() {
	apt-cache pkgnames "linux-image-$1." |
		sed -nE "s/^linux-image-([0-9.]+(-[0-9]+)?([+.]?(deb|bpo)[0-9+.]*)?-$2)\$/\1/p"
}

# kernel_fetch RELEASE: leaves vmlinuz and root/lib/modules/RELEASE in
# $cache/kernels/RELEASE and sets kernel_dir to it.
kernel_fetch() {
	kernel_dir=$cache/kernels/$1
	[ ! -f "$kernel_dir/vmlinuz" ] || return 0
	if [[ $1 =~ -drvs-([a-z]+)- ]]; then
		local built
		built=$("$repo/kernel/m3ipc/debug/build-kernel" "${BASH_REMATCH[1]}") ||
			fail "kernel $1 could not be built; see above"
		[ "$built" = "$1" ] ||
			fail "kernel $1 is not there any more, and the configuration of today is $built"
		return
	fi
	mkdir -p "$cache/kernels"
	(
		flock 9
		[ ! -f "$kernel_dir/vmlinuz" ] || exit 0
		kernel_download "$1"
	) 9>"$cache/kernels/.lock"
}

kernel_download() {
	local release=$1 dir
	dir=$(mktemp -d "$cache/kernels/.new.XXXXXX")
	chmod 755 "$dir"
	printf 'guest: fetching the kernel image %s (once)\n' "$release" >&2
	if ! (cd "$dir" && apt-get download "linux-image-$release" >log 2>&1); then
		cat "$dir/log" >&2
		rm -rf "$dir"
		fail "cannot download linux-image-$release; run 'sudo apt-get update', and if it is gone from the archive install the headers of a newer kernel"
	fi
	dpkg -x "$dir"/*.deb "$dir/root"
	mv "$dir/root/boot/vmlinuz-$release" "$dir/vmlinuz"
	rm -rf "$dir"/*.deb "$dir/log" "$dir/root/boot" "$dir/root/usr"
	depmod -b "$dir/root" "$release"
	rm -rf "$kernel_dir"
	mv "$dir" "$kernel_dir"
}
