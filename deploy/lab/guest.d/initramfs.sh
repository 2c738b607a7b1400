# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What is inside a guest: busybox, modules, the program. Sourced by guest.

# initramfs_build ROOT IMAGE: fills ROOT and packs it into IMAGE.
initramfs_build() {
	local root=$1 image=$2 place=$1 item
	if [ -n "$disk" ]; then
		modules+=(virtio_blk ext4)
		place=$root/drvs-disk
	fi
	initramfs_base "$root"
	initramfs_modules "$root"
	initramfs_program "$place"
	for item in ${with[@]+"${with[@]}"}; do
		initramfs_with "$place" "$item"
	done
	initramfs_applets "$root"
	(cd "$root" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --null --create --format=newc --owner=0:0 --reproducible --quiet) >"$image"
}

initramfs_base() {
	local root=$1 dir
	mkdir -p "$root"/usr/{bin,sbin,lib,lib32,lib64,libx32} "$root"/{dev,proc,sys,run,etc,root,var,mnt}
	mkdir -m 1777 "$root/tmp"
	for dir in bin sbin lib lib32 lib64 libx32; do
		ln -s "usr/$dir" "$root/$dir"
	done
	cp -L "$(command -v busybox)" "$root/usr/bin/busybox"
	cp "$parts/init" "$root/init"
	printf 'root:x:0:0:root:/root:/bin/sh\ndrvs:x:1000:1000:drvs:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\ndrvs:x:1000:\nnogroup:x:65534:\n' >"$root/etc/group"
	printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
}

# Files that came with the program win over busybox's applets. Linked here, because in the guest each
# would be a process of its own.
initramfs_applets() {
	local root=$1 applet
	for applet in $("$root/usr/bin/busybox" --list-full); do
		[ -e "$root/$applet" ] || [ -e "$root/usr/bin/${applet##*/}" ] ||
			[ -e "$root/usr/sbin/${applet##*/}" ] || echo "$applet"
	done | (cd "$root" && while read -r applet; do
		mkdir -p "${applet%/*}"
		ln -s /usr/bin/busybox "$applet"
	done)
}

# Copies the modules the guest needs with their dependencies, and an index, so
# that the guest uses modprobe (which honours m3ipc.nodeid= of the boot line).
initramfs_modules() {
	local root=$1 dir=lib/modules/$release name line wanted=(virtio_pci virtio_console)
	wanted+=(${modules[@]+"${modules[@]}"})
	mkdir -p "$root/$dir/extra"
	cp "$kernel_dir/root/$dir"/modules.{builtin,builtin.modinfo,order} "$root/$dir/" 2>/dev/null || true
	if [ -n "$module_file" ]; then
		cp "$module_file" "$root/$dir/extra/m3ipc.ko"
		IFS=, read -ra line < <(modinfo -F depends "$module_file") || true
		wanted+=(${line[@]+"${line[@]}"})
	fi
	for name in "${wanted[@]}"; do
		# A kernel without virtio modules has them built in.
		while read -r line; do
			case $line in
			insmod\ *)
				line=${line#insmod }
				line=${line%% *}
				install -D -m 644 "$line" "$root/${line#"$kernel_dir/root/"}"
				;;
			esac
		done < <(modprobe -d "$kernel_dir/root" -S "$release" --show-depends "$name" 2>/dev/null)
	done
	depmod -b "$root" "$release"
	{
		printf '%s\n' virtio_pci virtio_console ${modules[@]+"${modules[@]}"}
		[ -z "$module_file" ] || echo m3ipc
	} >"$root/etc/drvs-modules"
}

initramfs_program() {
	local root=$1 file=${program[0]} variable
	[[ $file == */* ]] || file=$(type -P "$file") ||
		fail "program '${program[0]}' is not in PATH" 127
	[ -f "$file" ] || fail "no program $file" 127
	[ -x "$file" ] || fail "$file is not executable; chmod +x it" 126
	file=$(absolute "$file")
	initramfs_copy "$root" "$file" "$file"
	mkdir -p "$root$PWD" "$root/etc"
	{
		for variable in ${envs[@]+"${envs[@]}"}; do
			[[ $variable =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] ||
				fail "--env takes NAME=VALUE, not '$variable'"
			printf 'export %s=%s\n' "${variable%%=*}" "$(quoted "${variable#*=}")"
		done
		printf 'cd %s\n' "$(quoted "$PWD")"
		printf 'exec'
		printf ' %s' "$(quoted "$file")"
		for variable in "${program[@]:1}"; do
			printf ' %s' "$(quoted "$variable")"
		done
		printf '\n'
	} >"$root/etc/drvs-program"
}

# Makes a path absolute without following the last symbolic link.
absolute() {
	local dir
	dir=$(cd "$(dirname "$1")" && pwd -P) || fail "no directory $(dirname "$1")"
	printf '%s/%s\n' "${dir%/}" "$(basename "$1")"
}

# Quotes a word for any POSIX shell.
quoted() {
	printf "'%s'" "${1//\'/\'\\\'\'}"
}

initramfs_with() {
	local root=$1 src=${2%%:*} dst=''
	[[ $2 != *:* ]] || dst=${2#*:}
	[ -e "$src" ] || fail "--with: no file $src"
	src=$(absolute "$src")
	dst=${dst:-$src}
	[[ $dst == /* ]] || fail "--with: the place in the guest must be absolute, not '$dst'"
	if [ -d "$src" ]; then
		mkdir -p "$root$dst"
		cp -a "$src/." "$root$dst/"
		local file
		while IFS= read -r -d '' file; do
			initramfs_needs "$root" "$file"
		done < <(find "$src" -type f \( -perm -100 -o -name '*.so*' -o -name '*.node' \) -print0)
	else
		initramfs_copy "$root" "$src" "$dst"
	fi
}

# initramfs_copy ROOT SRC DST: copies a file and whatever it needs to run.
initramfs_copy() {
	[ ! -e "$1$3" ] || [ -L "$1$3" ] || return 0
	mkdir -p "$1$(dirname "$3")"
	cp -L --preserve=mode "$2" "$1$3"
	initramfs_needs "$1" "$2"
}

initramfs_needs() {
	local root=$1 file=$2 magic word interpreter
	# A Debian on a disk has libraries and interpreters of its own.
	[ -z "$disk" ] || return 0
	IFS= read -r -d '' -n 4 magic <"$file" 2>/dev/null || true
	case $magic in
	$'\x7fELF') ;;
	'#!'*)
		read -r interpreter word _ < <(sed -n '1s/^#! *//p' "$file" && echo)
		if [ "${interpreter##*/}" = env ]; then
			[ "$word" != -S ] || read -r _ _ word _ < <(sed -n '1s/^#! *//p' "$file")
			interpreter=$(type -P "$word") || fail "$file needs '$word', not in PATH"
			initramfs_copy "$root" "$(readlink -f "$interpreter")" "/usr/bin/$word"
		elif ! { [ "$interpreter" = /bin/sh ] || [ "$interpreter" = /usr/bin/sh ]; }; then
			initramfs_copy "$root" "$(readlink -f "$interpreter")" "$interpreter"
		fi
		return
		;;
	*) return ;;
	esac
	while read -r word; do
		[ -e "$root$word" ] || initramfs_copy "$root" "$(readlink -f "$word")" "$word"
	done < <(initramfs_libraries "$file")
	return 0
}

# initramfs_libraries FILE: the loader and the libraries of an ELF file, nothing for a static one. ldd lets the loader
# answer, and not every kernel runs that of 32-bit programs: of those the headers are read.
initramfs_libraries() {
	if readelf -h "$1" 2>/dev/null | grep -q 'Class: *ELF32'; then
		initramfs_libraries32 "$1"
	else
		ldd "$1" 2>/dev/null | grep -oE '/[^ ]+'
	fi
	return 0
}

# The libraries' own needs follow when they are copied in turn.
initramfs_libraries32() {
	local file=$1 name dir own
	readelf -lW "$file" 2>/dev/null | sed -n 's/.*Requesting program interpreter: \(.*\)\]$/\1/p'
	own=$(readelf -dW "$file" 2>/dev/null | sed -n 's/.*(R\(UN\)\?PATH).*\[\(.*\)\]$/\2/p')
	own=${own//\$ORIGIN/$(dirname "$file")}
	while read -r name; do
		while read -r dir; do
			[ -e "$dir/$name" ] || continue
			echo "$dir/$name"
			break
		done < <(printf '%s\n' "$own" | tr : '\n' | grep . || true
			printf '%s\n' /lib32 /usr/lib32 /lib/i386-linux-gnu /usr/lib/i386-linux-gnu)
	done < <(readelf -dW "$file" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p')
}
