#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# base.sh TAR PACKAGES KERNEL-PACKAGE : a small Debian 12 for lab nodes, as a tar. Needs root, best in a mount namespace.
set -euo pipefail

tar=$1 packages=$2 kernel=$3

# A proxy that this machine's apt uses is the one that reaches the archive.
options=()
for scheme in http https; do
	proxy=$(apt-config shell p "Acquire::$scheme::Proxy" | sed -n "s/^p='\(.*\)'$/\1/p")
	[ -z "$proxy" ] || options+=("--aptopt=Acquire::$scheme::Proxy \"$proxy\"")
done

# INITRD=No: nodes boot with the lab's own initramfs, building the usual one would be the slowest step.
INITRD=No mmdebstrap --mode=root --format=tar --variant=minbase \
	--include="$packages,$kernel" \
	--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
	--dpkgopt='path-exclude=/usr/share/man/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
	${options[@]+"${options[@]}"} \
	--customize-hook='rm -rf "$1"/boot/initrd* "$1"/var/lib/apt/lists "$1"/var/cache/apt/*.bin' \
	bookworm "$tar"
