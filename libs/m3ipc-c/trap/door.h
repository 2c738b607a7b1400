/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel, without libc; see calls.h for why. */
#ifndef M3_TRAP_DOOR_H
#define M3_TRAP_DOOR_H

#include <stddef.h>
#include <stdint.h>

/* A system call with up to five arguments: its result, or -errno. */
long m3_trap_syscall(long number, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e);
/* A call of the module: 0 (or the new descriptor), else a negative M3-IPC number. */
int32_t m3_trap_ioctl(unsigned long request, void *argument);

/*
 * Moves bytes from and to what the program says is its memory: 0, or EMOLFAULT where the
 * module would give it. A bad address must not become a fault of ours.
 */
int32_t m3_trap_read(void *to, uint32_t from, size_t size);
int32_t m3_trap_write(uint32_t to, const void *from, size_t size);

#endif
