/* SPDX-License-Identifier: Apache-2.0 */
/* The two vectors, as programs for MINIX 3.1.2 and for M3-IPC 4.1 have them. */
#ifndef VECTORS_H
#define VECTORS_H

#include <stdint.h>

enum minix_call {
	MINIX_SEND = 1,
	MINIX_RECEIVE = 2,
	MINIX_SENDREC = 3,
	MINIX_NOTIFY = 4,
	MINIX_ECHO = 8,
	MINIX_NON_BLOCKING = 0x10,
};

enum old_call {
	OLD_DCINIT = 0,
	OLD_SEND = 1,
	OLD_RECEIVE = 2,
	OLD_NOTIFY = 4,
	OLD_SENDREC = 5,
	OLD_RCVRQST = 6,
	OLD_REPLY = 7,
	OLD_DCEND = 8,
	OLD_BIND = 9,
	OLD_UNBIND = 10,
	OLD_VCOPY = 15,
	OLD_GETDCINFO = 16,
	OLD_GETPROCINFO = 17,
	OLD_RELAY = 19,
	OLD_GETNODEINFO = 22,
	OLD_ADDNODE = 25,
	OLD_DELNODE = 26,
	OLD_GETEP = 29,
	OLD_GETDVSINFO = 30,
	OLD_MIGRATE = 33,
	OLD_WAIT4BIND = 32,
	OLD_WAKEUPEP = 37,
};

static inline int minix_trap(int peer, void *m, int call)
{
	int result;

	__asm__ volatile("int $0x21" : "=a"(result) : "0"(peer), "b"(m), "c"(call) : "memory");
	return result;
}

static inline int m3ipc_trap(int call, long b, long c, long d, long s, long i)
{
	int result;

	__asm__ volatile("int $0x90"
			 : "=a"(result)
			 : "0"(call), "b"(b), "c"(c), "d"(d), "S"(s), "D"(i)
			 : "memory");
	return result;
}

#endif
