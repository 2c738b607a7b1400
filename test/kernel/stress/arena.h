/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all processes of the stress model share: a file in memory, so that it survives exec.
 * Each worker writes its own record, which others read.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "m3ipc.h"

enum {
	MAIN_VM = 50,	  /* where the ledger is kept */
	FLEETING_VM = 60, /* and those after it: they come and go */
	FLEETING_VMS = 3,
	TASKS = 4,
	SERVERS = 24, /* numbers 0..23 are system slots, too */
	PROCS = 124,
	NUMBERS = TASKS + PROCS,
	WORKERS = 100,
	GENERATIONS = 1024, /* of one number within an epoch; more are not told apart */
	PENDING = 8,
	EVENTS = 64,
	LISTEN_MS = 1000,
	AREAS = 8, /* a request's buffer is not used again by the next 7 */
	AREA_BYTES = 128 * 1024,
	REGION_BYTES = 32 * 1024, /* constant and scratch */
	UNDERTAKER = 0,		  /* number that hears of deaths */
	WARNING = 0x777,	  /* m_type of what it hears */
	NOWHERE = NONE,
};

/* What is counted: each call by its success, then what a call is told by chance. */
#define OPERATIONS(X)                                     \
	X(BIND, "bind")                                   \
	X(LCLBIND, "lclbind")                             \
	X(WAIT_SELF, "wait4bind")                         \
	X(WAIT_BIND, "wait4bindep")                       \
	X(WAIT_UNBIND, "wait4unbind")                     \
	X(UNBIND, "unbind")                               \
	X(UNBIND_OTHER, "unbind of another")              \
	X(SEND, "send")                                   \
	X(RECEIVE, "receive(ANY)")                        \
	X(RECEIVE_FROM, "receive(source)")                \
	X(SENDREC, "sendrec")                             \
	X(RCVRQST, "rcvrqst")                             \
	X(REPLY, "reply")                                 \
	X(REPLYREC, "replyrec")                           \
	X(RELAY, "relay")                                 \
	X(NOTIFY, "notify")                               \
	X(COPY_IN, "vcopy from a client")                 \
	X(COPY_OUT, "vcopy to a client")                  \
	X(COPY_BETWEEN, "vcopy between clients")          \
	X(COPY_FROM, "vcopy from a receiver")             \
	X(COPY_TO, "vcopy to a receiver")                 \
	X(COPY_PAGES, "  of these, page aligned")         \
	X(COPY_SKEWED, "  of these, mutually misaligned") \
	X(TIMEOUT, "timed out")                           \
	X(SIGNAL, "interrupted by a signal")              \
	X(WAKEUP, "woken up")                             \
	X(KILL, "kill -9")                                \
	X(EXEC, "exec")                                   \
	X(FORK, "fork")                                   \
	X(MUNMAP, "munmap of a message buffer")           \
	X(VM_INIT, "vm_init")                             \
	X(VM_END, "vm_end")                               \
	X(SLOT_SET, "slot_set")                           \
	X(SLOT_CLEAR, "slot_clear")                       \
	X(NOTICE, "notification taken")                   \
	X(SOURCE_DIED, "told that the source died")       \
	X(TARGET_DIED, "told that the destination died")  \
	X(VM_ENDED, "call ended by vm_end")               \
	X(WARNED, "death told to warn2proc")              \
	X(LOCKED, "deadlock refused")                     \
	X(STALE, "stale endpoint refused")                \
	X(WILD_REPLY, "reply to no request refused")      \
	X(UNMAPPED, "unmapped message refused")

enum op {
	OP_NONE,
#define X(name, text) OP_##name,
	OPERATIONS(X)
#undef X
		OPS
};

static inline bool op_is_chance(int op)
{
	return op >= OP_NOTICE;
}

/* What everybody does at present. */
enum phase {
	FIRE,  /* anything */
	HUSH,  /* begin nothing but to receive, for LISTEN_MS */
	DRAIN, /* take what is there, once */
	PARK,  /* wait: the VM is made anew */
	STOP,  /* unbind and end */
};

/* From one binding to an endpoint. Written by the sender. */
struct outgoing {
	int endpoint;	   /* whom these numbers are about */
	unsigned int sent; /* messages and requests that were taken */
	atomic_uint tried; /* notifications begun */
	atomic_uint told;  /* the last of them that succeeded */
};

/* To one binding from a binding. Written by the receiver. */
struct incoming {
	unsigned int life; /* which sender these numbers are about */
	bool known;	   /* seq is */
	unsigned int seq;  /* of its last message */
	unsigned int notices;
	unsigned int heard; /* its "tried" after its last notification */
};

/* A request that was taken and is not answered. */
struct request {
	int client;
	unsigned int life; /* of the client; 0 outside MAIN_VM */
	unsigned int nonce;
	uint64_t addr;
	unsigned int bytes;
	unsigned int pattern;
};

/* What a worker did last: for whoever looks for the reason of a violation. */
struct event {
	long ms;
	enum op op;
	int endpoint, peer;
	int result;	  /* of the call */
	int kind;	  /* of the letter that was taken; 0: none */
	unsigned int seq; /* of that letter, or the life that began */
};

struct worker {
	atomic_int pid;	    /* 0: none */
	atomic_uint births; /* processes that had this record */
	atomic_uint acked;  /* the last word whose phase it has done */
	/* where it is bound */
	atomic_int vmid;
	atomic_int nr;
	atomic_int endpoint;
	atomic_uint life;	  /* 0: not in MAIN_VM */
	atomic_ulong incarnation; /* of the VM */
	/* the call it is in */
	atomic_uint calls;
	atomic_int op; /* OP_NONE: in none */
	atomic_int peer;
	atomic_long deadline; /* ms; 0: none */
	/* kept across exec */
	uint64_t random;
	atomic_uint nonce; /* of its last request */
	int answerer; /* who took its last send, and may answer a receive by a reply; NOWHERE */
	int pendings;
	struct request pending[PENDING];
	bool torn;	    /* its message buffer is unmapped under it */
	atomic_uint faults; /* messages that may have been lost to that */
	/* what it did last, in a ring */
	struct event events[EVENTS];
	unsigned int events_seen;
	bool accuses; /* it has reported a violation */
	/* the ledger of its binding in MAIN_VM, by the peer's number */
	struct outgoing out[NUMBERS];
	struct incoming in[NUMBERS];
};

struct arena {
	uint64_t seed;
	char program[128];
	atomic_uint word;	  /* step * 8 + enum phase */
	atomic_ulong incarnation; /* of MAIN_VM */
	atomic_ulong fleeting[FLEETING_VMS];
	atomic_uint lives; /* bindings in MAIN_VM */
	atomic_long done[OPS];
	atomic_int violations;
	struct worker workers[WORKERS];
	atomic_int occupant[NUMBERS]; /* the worker that had this number of MAIN_VM last, + 1 */
	/* Deaths told of each generational endpoint in this epoch. */
	atomic_uchar warned[NUMBERS][GENERATIONS];
};

extern struct arena *arena;
extern const char *const op_names[OPS];

/* Maps the arena, made anew if wanted. Ends the program if that fails. */
void arena_attach(bool create);

static inline void count(enum op op)
{
	atomic_fetch_add_explicit(&arena->done[op], 1, memory_order_relaxed);
}

static inline enum phase phase_of(unsigned int word)
{
	return word % 8;
}

/* Sleeps until the word is another than this. */
void word_wait(unsigned int word);
void word_set(enum phase phase);

static inline int slot_index(int nr)
{
	return nr + TASKS;
}

static inline bool in_range(int nr)
{
	return nr >= -TASKS && nr < PROCS;
}

static inline bool is_system_nr(int nr)
{
	return nr < SERVERS;
}

/* The process number in an endpoint of ours. */
static inline int number_of(int endpoint)
{
	return endpoint < 0 ? endpoint : endpoint & 0xffff;
}

long clock_ms(void);

/* An invariant does not hold: says so, for good. The name is what mutants are caught by. */
void violation(const char *invariant, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Repeatable numbers. */
uint64_t next_random(uint64_t *state);

static inline unsigned int below(uint64_t *state, unsigned int limit)
{
	return (next_random(state) >> 33) % limit;
}

#endif
