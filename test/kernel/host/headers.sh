#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Programs that use <m3ipc.h> compile and link, in every language and ABI we promise.
set -uo pipefail

build=$ROOT/build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
flags=(-Wall -Wextra -Werror -Wpedantic -I"$build/include")

report() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number $2"
	else
		sed 's/^/# /' "$work/log"
		echo "not ok $number $2"
	fi
}

skip() {
	number=$((number + 1))
	echo "ok $number $1 # SKIP $2"
}

check() {
	local name=$1
	shift
	"$@" >"$work/log" 2>&1
	report $? "$name"
}

# As its users wrote programs for M3-IPC 4.1.
cat >"$work/old.c" <<'C'
#include <stdio.h>
#include <m3ipc.h>
static dvs_usr_t dvs; static DC_usr_t dcu; static proc_usr_t rproc; static VM_usr_t vmu;
int main(void) {
	message m, *m_ptr = &m; int rcode, ep, local_nodeid; dc_usr_t *dc_ptr = &dcu; proc_usr_t *p = &rproc;
	local_nodeid = mnx_getdvsinfo(&dvs);
	rcode = mnx_getdcinfo(0, dc_ptr); if (rcode < 0) printf("%d %d\n", rcode, local_nodeid);
	ep = mnx_bind(0, 10); m_ptr->m1_i1 = 1; m.m9_l1 = 2; m.m_type = 3;
	rcode = mnx_send(ep, (long) &m); rcode = mnx_sendrec(ep, m_ptr); rcode = mnx_receive(ANY, (long) &m);
	rcode = mnx_receive_T(ANY, (long) &m, TIMEOUT_MOLCALL); if (rcode == EMOLTIMEDOUT) return 1;
	rcode = mnx_vcopy(ep, (void *) &dvs, SELF, (void *) &vmu, sizeof(dvs)); if (rcode == EMOLDSTDIED || rcode == EDSTDIED) return 2;
	do { rcode = mnx_wait4bind_T(1000); } while (rcode < OK);
	rcode = mnx_wait4bindep_T(3, TIMEOUT_NOWAIT); rcode = mnx_wait4unbind_T(ep, TIMEOUT_FOREVER);
	rcode = mnx_getprocinfo(0, _ENDPOINT_P(ep), p);
	printf("%d %d %lX %d %lX %d %d %lu %s\n", p->p_nr, p->p_endpoint, p->p_rts_flags, p->p_lpid, p->p_misc_flags, p->p_getfrom, p->p_sendto, p->p_lclsent, p->p_name);
	printf("%d %d %d %lX %s\n", dcu.dc_dcid, dcu.dc_nr_procs, dcu.dc_nr_nodes, dcu.dc_nodes, dcu.dc_name);
	return mnx_unbind(0, ep) + NR_PROCS + NR_TASKS + NR_DCS + NR_NODES + NR_SYS_PROCS + MAXCOPYBUF + MAXCOPYLEN + (p->p_rts_flags == SLOT_FREE);
}
C
cat >"$work/new.cc" <<'C'
#include <m3ipc.h>
int main() {
	message m = {}; int ep; vm_usr_t vm = {}; drvs_usr_t drvs; m3_event_t e;
	vm.dc_given = M3_GIVEN | M3_VM_MODE;
	int fd = mnx_events_open(M3_EVENTS_NONBLOCK);
	return mnx_drvs_init(1, nullptr) + mnx_vm_init(&vm) + mnx_getdrvsinfo(&drvs) + mnx_sendrec(1, &m) +
	       mnx_wait4bind_T(&ep, 1) + mnx_events_read(fd, &e, 1) + (int)sizeof(message);
}
C
mkdir "$work/bin"
link=("$build/lib/libm3ipc.a")
check 'an M3-IPC 4.1 program compiles as C89 and links' gcc -std=gnu89 "${flags[@]}" -Wno-pedantic -o "$work/bin/old" "$work/old.c" "${link[@]}"
check 'it compiles as C17' gcc -std=c17 "${flags[@]}" -Wno-pedantic -c -o "$work/o" "$work/old.c"
for std in 'c89 -D_POSIX_C_SOURCE=199309L' 'c99 -D_POSIX_C_SOURCE=199309L' gnu89 gnu11 c17; do
	check "the header is fine with strict $std" bash -c \
		"printf '#include <m3ipc.h>\nint main(void) { return mnx_drvs_end(); }\n' | gcc -std=$std -pedantic-errors -Wall -Wextra -Werror -Wno-long-long -Wno-variadic-macros -I$build/include -fsyntax-only -x c -"
done
for std in c++98 c++03 c++11 c++14 c++17 c++20 c++23; do
	check "and with strict $std" bash -c \
		"printf '#include <m3ipc.h>\nint main() { return mnx_drvs_end(); }\n' | g++ -std=$std -pedantic-errors -Wall -Wextra -Werror -Wno-long-long -Wno-variadic-macros -I$build/include -fsyntax-only -x c++ -"
done
for std in c++11 c++17 c++20; do
	check "a program compiles as $std and links" g++ -std=$std "${flags[@]}" -Wno-pedantic -Wno-missing-field-initializers -o "$work/bin/new" "$work/new.cc" "${link[@]}"
done
check 'the shared library links and carries versions' bash -c \
	"gcc -I$build/include -o $work/bin/shared $work/old.c -L$build/lib -lm3ipc && objdump -T $work/bin/shared | grep -q 'M3IPC_1.0.*mnx_send'"
# What the shared library exports, the version script lists and the header declares is one and the same.
symbols() {
	nm -D --defined-only "$build/lib/libm3ipc.so" | sed -n 's/.* \(mnx_[A-Za-z0-9_]*\)@@M3IPC_.*/\1/p' | sort >"$work/exported"
	sed -n 's/^\t\(mnx_[A-Za-z0-9_]*\);$/\1/p' "$ROOT/libs/m3ipc-c/m3ipc.map" | sort >"$work/listed"
	grep -ohE '^(int |const char \*)\(?mnx_[a-zA-Z0-9_]+' "$build/include/m3ipc.h" | grep -oE 'mnx_[a-zA-Z0-9_]+' | sort >"$work/declared"
	[ "$(wc -l <"$work/declared")" -gt 70 ] && diff "$work/exported" "$work/listed" && diff "$work/listed" "$work/declared"
}
check 'exported, listed and declared calls are the same' symbols
check 'and nothing else is exported' bash -c \
	"! nm -D --defined-only $build/lib/libm3ipc.so | grep -vE ' (mnx_[a-zA-Z0-9_]+@@M3IPC_[0-9.]+|M3IPC_[0-9.]+)$'"
check 'the static library defines them, too' bash -c \
	"nm -g --defined-only $build/lib/libm3ipc.a | sed -n 's/.* T \(mnx_[A-Za-z0-9_]*\)$/\1/p' | sort | diff - $work/listed"
check 'the soname is libm3ipc.so.1' bash -c "objdump -p $build/lib/libm3ipc.so | grep -q 'SONAME *libm3ipc.so.1$'"
if command -v pkg-config >/dev/null; then
	check 'pkg-config knows it' bash -c \
		"PKG_CONFIG_PATH=$build/lib/pkgconfig && export PKG_CONFIG_PATH && gcc \$(pkg-config --cflags m3ipc) -o $work/bin/pc $work/old.c \$(pkg-config --libs m3ipc)"
	check 'for static programs, too' bash -c \
		"PKG_CONFIG_PATH=$build/lib/pkgconfig && export PKG_CONFIG_PATH && gcc -static \$(pkg-config --cflags m3ipc) -o $work/bin/static $work/old.c \$(pkg-config --static --libs m3ipc) && ! ldd $work/bin/static"
	# As a package lays it out, seen by its own pkg-config file.
	check 'an installed library is found by it' bash -c \
		"make -s -C $ROOT/libs/m3ipc-c install DESTDIR=$work/root PREFIX=/usr LIBDIR=lib &&
		export PKG_CONFIG_LIBDIR=$work/root/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$work/root &&
		gcc \$(pkg-config --cflags m3ipc) -o $work/bin/installed $work/old.c \$(pkg-config --libs m3ipc) && ldd $work/bin/installed | grep -q 'libm3ipc.so.1'"
else
	skip 'pkg-config knows it' 'pkg-config is not installed'
fi
if echo 'int main(void){return 0;}' | gcc -m32 -x c -o "$work/bin/m32" - 2>/dev/null; then
	check 'the library builds for 32-bit programs' make -s -C "$ROOT/libs/m3ipc-c" ABI=32
	check 'a 32-bit program compiles and links' gcc -m32 "${flags[@]}" -Wno-pedantic -o "$work/bin/old32" "$work/old.c" "$build/lib32/libm3ipc.a"
	check 'a message is 36 bytes there' bash -c \
		"printf '#include <m3ipc.h>\n_Static_assert(sizeof(message) == 36, \"\");\n' | gcc -m32 -I$build/include -c -x c -o $work/o -"
	check '64-bit time is refused there' bash -c \
		"! printf '#include <m3ipc.h>\n' | gcc -m32 -D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64 -I$build/include -c -x c -o $work/o - 2>$work/err && grep -q 32-bit $work/err"
else
	skip 'the library builds for 32-bit programs' 'gcc -m32 needs the package gcc-multilib'
fi
check 'without the module calls say ENODEV' bash -c "[ -e /dev/m3ipc ] || $build/bin/m3ipc status 2>&1 | grep -q 'ENODEV.*modprobe m3ipc'"
if command -v man >/dev/null; then
	check 'the man page has no mistakes' bash -c \
		"! MANROFFSEQ= man --warnings -E UTF-8 -l -Tutf8 -Z $ROOT/libs/m3ipc-c/man/m3ipc.8 2>&1 >/dev/null | grep ."
else
	skip 'the man page has no mistakes' 'man-db is not installed'
fi
check 'the completion file is valid bash' bash -n "$ROOT/libs/m3ipc-c/completion/m3ipc"
echo "1..$number"
