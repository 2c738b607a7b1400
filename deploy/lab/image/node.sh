#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# node.sh TREE DEB... : makes the base system in TREE a lab node: our packages, and what a lab node need not run.
# Nothing of a single node is set here: that is the seed's. Needs root and a mount namespace of its own.
set -euo pipefail

tree=$1
shift

mount --bind /proc "$tree/proc"
mount --bind /dev "$tree/dev"
trap 'umount "$tree/proc" "$tree/dev"' EXIT

printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"
mkdir "$tree/debs"
cp "$@" "$tree/debs/"
chroot "$tree" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	sh -c 'dpkg -i /debs/*.deb'
rm -rf "$tree/debs" "$tree/usr/sbin/policy-rc.d"

# A lab node has one disk, a network that image/init has set up, a clock and random numbers from QEMU, and nobody at its
# console. Under emulation each unit costs half a second or more, so those that would find nothing to do are masked.
for unit in apt-daily.timer apt-daily-upgrade.timer dev-hugepages.mount dev-mqueue.mount dpkg-db-backup.timer \
	e2scrub_all.timer e2scrub_reap.service fstrim.timer getty@tty1.service kmod-static-nodes.service \
	modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service \
	modprobe@fuse.service modprobe@loop.service serial-getty@ttyS0.service sys-fs-fuse-connections.mount \
	sys-kernel-debug.mount sys-kernel-tracing.mount systemd-binfmt.service systemd-logind.service \
	systemd-modules-load.service systemd-networkd.service systemd-pstore.service systemd-random-seed.service \
	systemd-sysctl.service systemd-sysusers.service systemd-tmpfiles-setup-dev.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
	systemd-user-sessions.service; do
	ln -sf /dev/null "$tree/etc/systemd/system/$unit"
done
ln -sf /lib/systemd/system/multi-user.target "$tree/etc/systemd/system/default.target"

# Drivers of hardware that QEMU shows and nobody here uses.
printf 'blacklist %s\n' ata_generic ata_piix button evdev kvm_amd kvm_intel pcspkr powernow_k8 psmouse qemu_fw_cfg serio_raw \
	>"$tree/etc/modprobe.d/lab.conf"

# Of all devices only those that something here uses are announced at boot; the rest is terminals, memory banks and ACPI.
mkdir -p "$tree/etc/systemd/system/systemd-udev-trigger.service.d"
cat >"$tree/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf" <<'CONF'
[Service]
ExecStart=
ExecStart=udevadm trigger --type=devices --action=add --subsystem-match=block --subsystem-match=net --subsystem-match=misc
CONF

# Keys come from the seed, root enters with the lab's key only, and the login skips what needs a network or a session bus.
rm -f "$tree"/etc/ssh/ssh_host_*
cat >"$tree/etc/ssh/sshd_config.d/lab.conf" <<'CONF'
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
UseDNS no
PrintLastLog no
CONF

# The journal survives a power cut, within bounds.
mkdir -p "$tree/var/log/journal" "$tree/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=persistent\nSystemMaxUse=64M\n' >"$tree/etc/systemd/journald.conf.d/lab.conf"

# image/init has mounted the root, writable.
rm -f "$tree/etc/fstab"
: >"$tree/etc/machine-id"
