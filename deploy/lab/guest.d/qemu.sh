# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Starting QEMU. Sourced by guest.

# Prints the accelerator to use. KVM counts only when a guest really booted with
# it: a /dev/kvm that hangs the guest exists. The answer holds until the host
# boots again.
qemu_accel() {
	if [ -n "${DRVS_ACCEL:-}" ]; then
		echo "$DRVS_ACCEL"
		return
	fi
	if ! [ -r /dev/kvm ] || ! [ -w /dev/kvm ]; then
		echo tcg
		return
	fi
	local known answer=tcg
	known=$cache/accel-$(tr -d - </proc/sys/kernel/random/boot_id)
	if [ ! -s "$known" ]; then
		if DRVS_ACCEL=kvm "$self" --no-module --kernel "$release" --timeout 20 \
			-- /bin/true >/dev/null 2>&1; then
			answer=kvm
		fi
		rm -f "$cache"/accel-*
		echo "$answer" >"$known.$$"
		mv "$known.$$" "$known"
	fi
	cat "$known"
}

# Runs the guest; its program's output is our stdout.
qemu_run() {
	local accel args=() size line machine=pc image=$kernel_dir/vmlinuz
	size=$(($(stat -c %s "$work/initramfs") / 1048576))
	# no_timer_check: a starved emulator delivers the ticks of its test too late, and that is no fault.
	line="loglevel=5 no_timer_check panic=-1 oops=panic panic_on_warn=1 rdinit=/init"
	if [[ $release == *-drvs-* ]]; then
		# The checkers need memory of their own, and look through all there is. An emulated CPU
		# that its host left alone for a while is no lockup. The early console takes no lock
		# that lockdep could complain of when a message comes in an interrupt. ACPI's
		# interrupt routing, which nothing here needs, takes half a minute under KASAN.
		size=$((size + 150))
		line+=" console=null earlyprintk=ttyS0,115200,keep pci=noacpi printk.devkmsg=on"
		line+=" watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120"
	else
		line+=" console=ttyS0"
	fi
	if [ -n "$icount" ]; then
		cpus=1
		args+=(-accel tcg,thread=single -icount 'shift=0,sleep=off' -seed 1
			-rtc 'base=2026-01-01T00:00:00,clock=vm' -cpu "${cpu:-qemu64}")
	else
		accel=$(qemu_accel)
		[ "$accel" = kvm ] || accel=tcg,thread=multi
		args+=(-accel "$accel" -cpu "${cpu:-max}")
	fi
	[ -z "$nodeid" ] || line+=" m3ipc.nodeid=$nodeid"
	[ -z "$append" ] || line+=" $append"
	if [ -n "$disk" ]; then
		args+=(-drive "file=$disk,if=virtio,format=raw,snapshot=on")
		line+=' systemd.unit=drvs-program.service systemd.show_status=no'
	fi
	if [ -n "$secure_boot" ]; then
		machine=q35,smm=on image=$work/vmlinuz
		args+=("${firmware_args[@]}")
	fi
	: >"$work/verdict"
	# Our output goes through a pipe of its own because QEMU makes its stdout
	# non-blocking, for everybody who shares it; and QEMU's stdin must never end,
	# or it takes the port for disconnected.
	mkfifo "$work/stdin" "$work/stdout"
	exec 8<>"$work/stdin"
	cat "$work/stdout" &
	cat_pid=$!
	# In the background, so that a signal to us is acted on at once.
	timeout --foreground -k 5 "$timeout" qemu-system-x86_64 -nodefaults -no-user-config -no-reboot \
		-display none -machine "$machine" -smp "$cpus" -m "${memory:-$((512 + 3 * size))}" "${args[@]}" \
		-kernel "$image" -initrd "$work/initramfs" -append "$line" \
		-serial "file:$work/console" \
		-device virtio-serial-pci \
		-chardev "file,id=verdict,path=$work/verdict" -device virtserialport,chardev=verdict,name=drvs.verdict \
		-chardev stdio,id=output,signal=off -device virtserialport,chardev=output,name=drvs.output \
		<&8 >"$work/stdout" &
	qemu_pid=$!
	local rc=0
	wait "$qemu_pid" || rc=$?
	qemu_pid=''
	wait "$cat_pid" || true
	exec 8>&-
	return "$rc"
}
