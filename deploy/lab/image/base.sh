#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# base.sh TAR PACKAGES [OPTION...] : a small Debian 12 with these packages, as a tar. Options are mmdebstrap's.
# Needs root, best in a mount namespace.
set -euo pipefail

tar=$1 packages=$2
shift 2

# A proxy that this machine's apt uses is the one that reaches the archive.
options=()
for scheme in http https; do
	proxy=$(apt-config shell p "Acquire::$scheme::Proxy" | sed -n "s/^p='\(.*\)'$/\1/p")
	[ -z "$proxy" ] || options+=("--aptopt=Acquire::$scheme::Proxy \"$proxy\"")
done

# INITRD=No: nodes boot with the lab's own initramfs, building the usual one would be the slowest step.
INITRD=No mmdebstrap --mode=root --format=tar --variant=minbase \
	--include="$packages" \
	--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
	--dpkgopt='path-exclude=/usr/share/man/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
	${options[@]+"${options[@]}"} "$@" \
	--customize-hook='rm -rf "$1"/boot/initrd* "$1"/var/lib/apt/lists "$1"/var/cache/apt/*.bin' \
	bookworm "$tar"
