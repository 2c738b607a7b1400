#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# image.sh TAR : a Debian 12 with systemd-nspawn and LXC, as a tar, and in it the file systems of two containers,
# /var/lib/machines/{shop,till}. Needs root.
set -euo pipefail

image=$(dirname "$(readlink -f "$0")")/../../deploy/lab/image
# A container's file system is this system as it was before: nothing is fetched twice.
copy='for name in shop till; do
	mkdir -p "$1/var/lib/machines/$name"
	tar -C "$1" --one-file-system --exclude=./var/lib/machines --exclude="./var/lib/apt/lists/*" --exclude="./var/cache/apt/*" \
		--exclude="./proc/*" --exclude="./sys/*" --exclude="./dev/*" --exclude="./usr/lib/python*" -c . |
		tar -C "$1/var/lib/machines/$name" -xp
	: >"$1/var/lib/machines/$name/usr/bin/m3ipc"
done'
exec bash "$image/base.sh" "$1" systemd,systemd-sysv,systemd-container,dbus,kmod,procps,util-linux,mount,apparmor,lxc \
	--customize-hook="$copy"
