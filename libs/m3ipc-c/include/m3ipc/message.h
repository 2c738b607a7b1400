/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The M3-IPC message: MINIX 3.1.2's unions, and the four that M3-IPC adds.
 *
 * 36 bytes in 32-bit programs, 48 in 64-bit ones, where long and pointers are
 * twice as wide. The kernel takes it as opaque bytes but for m_source, which it
 * writes itself on delivery. Included by <m3ipc.h>; do not include it alone.
 */
#ifndef M3IPC_MESSAGE_H
#define M3IPC_MESSAGE_H

#include <stddef.h>
#include <time.h>

#if defined(__GLIBC__) && !defined(_STRUCT_TIMESPEC)
#error "m3ipc.h: strict C89 and C99 hide struct timespec; compile with -D_POSIX_C_SOURCE=199309L or as gnu89, gnu99"
#endif

#define M3_STRING 14 /* bytes of m3_ca1 */

typedef struct {
	int m1i1, m1i2, m1i3;
	char *m1p1, *m1p2, *m1p3;
} mess_1;

typedef struct {
	int m2i1, m2i2, m2i3;
	long m2l1, m2l2;
	char *m2p1;
} mess_2;

typedef struct {
	int m3i1, m3i2;
	char *m3p1;
	char m3ca1[M3_STRING];
} mess_3;

typedef struct {
	long m4l1, m4l2, m4l3, m4l4, m4l5;
} mess_4;

typedef struct {
	short m5c1, m5c2;
	int m5i1, m5i2;
	long m5l1, m5l2, m5l3;
} mess_5;

typedef struct {
	char m6ca1[sizeof(mess_3)];
} mess_6;

typedef struct {
	int m7i1, m7i2, m7i3, m7i4;
	char *m7p1, *m7p2;
} mess_7;

typedef struct {
	int m8i1, m8i2;
	char *m8p1, *m8p2, *m8p3, *m8p4;
} mess_8;

/* A notification: m9_l1 is its argument, m9_t1 the time it was delivered. */
typedef struct {
	int m9i1, m9l1;
	struct timespec m9t1;
} mess_9;

typedef struct {
	int mAdst, mAnr;
	int mAia[4];
} mess_A;

typedef struct {
	long mBnr;
	unsigned char mBmd5[16];
} mess_B;

typedef struct {
	int mCi1, mCi2, mCi3, mCi4;
	char mCca1[10];
} mess_C;

typedef struct message {
	int m_source; /* endpoint of the sender, written by the kernel */
	int m_type;   /* meaning agreed between sender and receiver */
	union {
		mess_1 m_m1;
		mess_2 m_m2;
		mess_3 m_m3;
		mess_4 m_m4;
		mess_5 m_m5;
		mess_6 m_m6;
		mess_7 m_m7;
		mess_8 m_m8;
		mess_9 m_m9;
		mess_A m_mA;
		mess_B m_mB;
		mess_C m_mC;
	} m_u;
} message;

#define m1_i1 m_u.m_m1.m1i1
#define m1_i2 m_u.m_m1.m1i2
#define m1_i3 m_u.m_m1.m1i3
#define m1_p1 m_u.m_m1.m1p1
#define m1_p2 m_u.m_m1.m1p2
#define m1_p3 m_u.m_m1.m1p3

#define m2_i1 m_u.m_m2.m2i1
#define m2_i2 m_u.m_m2.m2i2
#define m2_i3 m_u.m_m2.m2i3
#define m2_l1 m_u.m_m2.m2l1
#define m2_l2 m_u.m_m2.m2l2
#define m2_p1 m_u.m_m2.m2p1

#define m3_i1 m_u.m_m3.m3i1
#define m3_i2 m_u.m_m3.m3i2
#define m3_p1 m_u.m_m3.m3p1
#define m3_ca1 m_u.m_m3.m3ca1

#define m4_l1 m_u.m_m4.m4l1
#define m4_l2 m_u.m_m4.m4l2
#define m4_l3 m_u.m_m4.m4l3
#define m4_l4 m_u.m_m4.m4l4
#define m4_l5 m_u.m_m4.m4l5

#define m5_c1 m_u.m_m5.m5c1
#define m5_c2 m_u.m_m5.m5c2
#define m5_i1 m_u.m_m5.m5i1
#define m5_i2 m_u.m_m5.m5i2
#define m5_l1 m_u.m_m5.m5l1
#define m5_l2 m_u.m_m5.m5l2
#define m5_l3 m_u.m_m5.m5l3

#define m6_ca1 m_u.m_m6.m6ca1

#define m7_i1 m_u.m_m7.m7i1
#define m7_i2 m_u.m_m7.m7i2
#define m7_i3 m_u.m_m7.m7i3
#define m7_i4 m_u.m_m7.m7i4
#define m7_p1 m_u.m_m7.m7p1
#define m7_p2 m_u.m_m7.m7p2

#define m8_i1 m_u.m_m8.m8i1
#define m8_i2 m_u.m_m8.m8i2
#define m8_p1 m_u.m_m8.m8p1
#define m8_p2 m_u.m_m8.m8p2
#define m8_p3 m_u.m_m8.m8p3
#define m8_p4 m_u.m_m8.m8p4

#define m9_i1 m_u.m_m9.m9i1
#define m9_l1 m_u.m_m9.m9l1
#define m9_t1 m_u.m_m9.m9t1

#define mA_dst m_u.m_mA.mAdst
#define mA_nr m_u.m_mA.mAnr
#define mA_ia m_u.m_mA.mAia

#define mB_nr m_u.m_mB.mBnr
#define mB_md5 m_u.m_mB.mBmd5

#define mC_i1 m_u.m_mC.mCi1
#define mC_i2 m_u.m_mC.mCi2
#define mC_i3 m_u.m_mC.mCi3
#define mC_i4 m_u.m_mC.mCi4
#define mC_ca1 m_u.m_mC.mCca1

/* A translation unit with 64-bit time on i386 would see another m9_t1. */
#if defined(__i386__) && defined(_TIME_BITS) && _TIME_BITS == 64
#error "m3ipc.h: messages carry 32-bit time on i386; compile without _TIME_BITS=64"
#endif

#define M3_MESSAGE_SIZE_32 36
#define M3_MESSAGE_SIZE_64 48

/* In the words of every C and C++, C++98 included: false is an array of -1 elements. */
typedef char m3_size_of_a_message
	[sizeof(message) == (sizeof(long) == 8 ? M3_MESSAGE_SIZE_64 : M3_MESSAGE_SIZE_32) ? 1 : -1];
typedef char m3_place_of_the_payload[offsetof(message, m_u) == 8 ? 1 : -1];

#endif
