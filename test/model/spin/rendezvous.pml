/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three processes that send, ask (sendrec), receive, notify and end, in every order, on any number
 * of CPUs. A step is what the module does while it holds its locks (kernel/m3ipc: rendezvous.c,
 * binding.c, deadlock.c); between two steps anybody may run. Checked in every state:
 *
 *   - no message is lost: who was told that it was taken knows that it was, and the other way round
 *   - no message is delivered twice
 *   - a notification is not lost, and never passes for an answer
 *   - exactly one of a cycle is told of it
 *
 * and where nothing can move any more (the monitor, at the end):
 *
 *   - nobody waits for the dead
 *   - nobody waits in a cycle (no missed deadlock)
 *   - nobody sleeps whose call is over (no lost wake-up)
 *
 * -DCALLS=n: calls of each process; -DSEND -DASK -DNAMED -DNOTIFY: what they do besides receive(ANY);
 * -DENDS=n: how many may end, at any time; -DSIGNAL: one wait may be given up;
 * -DMISTAKE=n: see below.
 */
#define PROCS 3
#define NOBODY PROCS

/* Seeded mistakes: each violates a property, or the check is worth nothing. */
#define M_NO_WAKE 1 /* a sender whose message was taken is not woken */
#define M_TWICE 2 /* a request that was taken stays queued */
#define M_QUEUE_ON_DEAD 3 /* send does not look whether its peer is dead */
#define M_NO_PURGE 4 /* an exit forgets those who wait for a message of the dead */
#define M_NOTE_AS_ANSWER 5 /* a notification is taken by who waits for an answer */
#define M_EARLY_WALK 6 /* the edges are walked before one's own is there to be seen */
#define M_NO_VERIFY 7 /* a cycle that was seen is broken without looking again, under no lock */
#define M_GIVE_UP_WINS 8 /* a signal wins over a delivery */
#define M_NOTE_LOST 9 /* a notification to who does not receive is dropped */
#define M_TAKEN_LOCKED 10 /* a request that was taken meanwhile is given up for a deadlock that is over */
#ifndef ENDS
#define ENDS 0
#endif
#ifndef MISTAKE
#define MISTAKE 0
#endif

mtype = { RUNNING, SENDING, ASKING, AWAITING, RECEIVING };
mtype = { DONE, SRCDIED, DSTDIED, NOTBOUND, LOCKED, GAVE_UP };
mtype = { NOTHING, MESSAGE, NOTE };
mtype = { NOT_SENT, ON_ITS_WAY, TAKEN };

mtype state[PROCS] = RUNNING;
byte peer[PROCS] = NOBODY; /* whom it waits for by name */
mtype result[PROCS] = DONE;
byte seq[PROCS]; /* counts its waits */
bool dead[PROCS], wake[PROCS], asleep[PROCS];
chan queue[PROCS] = [PROCS] of { byte };
bool note[9]; /* dst * PROCS + src: pending */
bool cycle_lock;

/* What really happened, for the assertions alone. */
mtype flight[PROCS] = NOT_SENT; /* of the message that it sends */
mtype inbox[PROCS] = NOTHING;
bool owed[9]; /* notified, and not yet received */
byte signals, disturbed;

/* ---- steps of the state machine, within a d_step ---- */

#define is_queued(p) (state[p] == SENDING || state[p] == ASKING)
#define takes(dst, src) ((state[dst] == RECEIVING || state[dst] == AWAITING) && (peer[dst] == NOBODY || peer[dst] == src))

/* Ends the wait of p and wakes it: that this happens a little later changes nothing, for who sleeps looks again. */
inline resolve(p, how)
{
	if
	:: MISTAKE != M_NO_WAKE || state[p] != SENDING || how != DONE -> wake[p] = true
	:: else
	fi;
	if
	:: is_queued(p) -> queue[peer[p]]??eval(p)
	:: else
	fi;
	result[p] = how;
	state[p] = RUNNING;
	peer[p] = NOBODY
}

inline begin_wait(p, how, whom)
{
	seq[p]++;
	state[p] = how;
	peer[p] = whom;
	if
	:: how == SENDING || how == ASKING -> queue[whom]!p
	:: else
	fi
}

/* The message of src, in flight, goes to dst. */
inline hand_over(src, dst)
{
	assert(flight[src] == ON_ITS_WAY); /* not delivered twice */
	assert(inbox[dst] == NOTHING);
	flight[src] = TAKEN;
	inbox[dst] = MESSAGE
}

inline cycle_of(p, closed)
{
	closed = false;
	hop = peer[p];
	hops = 0;
	do
	:: hop == NOBODY || hops > PROCS -> break
	:: hop == p -> closed = true; break
	:: else -> hop = peer[hop]; hops++
	od
}

/* ---- calls ---- */

inline do_send(me, dst, asks)
{
	d_step {
		flight[me] = ON_ITS_WAY;
		blocked = false; chain = false;
		if
		:: dead[me] -> result[me] = NOTBOUND
		:: else ->
			if
			:: dead[dst] && MISTAKE != M_QUEUE_ON_DEAD -> result[me] = DSTDIED
			:: else ->
				if
				:: takes(dst, me) ->
					hand_over(me, dst);
					resolve(dst, DONE);
					result[me] = DONE;
					if
					:: asks -> begin_wait(me, AWAITING, dst); blocked = true
					:: else
					fi
				:: else ->
					blocked = true;
					if
					:: asks -> begin_wait(me, ASKING, dst)
					:: else -> begin_wait(me, SENDING, dst)
					fi;
					chain = peer[dst] != NOBODY
				fi
			fi
		fi
	}
}

/* src NOBODY: from anybody. */
inline do_receive(me, src)
{
	d_step {
		blocked = false; chain = false; other = NOBODY;
		i = 0;
		do
		:: i < PROCS ->
			if
			:: other == NOBODY && note[me * PROCS + i] && !dead[i] && (src == NOBODY || src == i) -> other = i
			:: else
			fi;
			i++
		:: else -> break
		od;
		if
		:: dead[me] -> result[me] = NOTBOUND
		:: else ->
			if
			:: src != NOBODY && dead[src] -> result[me] = SRCDIED
			:: (src == NOBODY || !dead[src]) && other != NOBODY ->
				note[me * PROCS + other] = false;
				owed[me * PROCS + other] = false;
				inbox[me] = NOTE;
				result[me] = DONE
			:: else ->
				other = NOBODY;
				if
				:: src == NOBODY && len(queue[me]) > 0 -> queue[me]?<other>
				:: src != NOBODY && is_queued(src) && peer[src] == me -> other = src
				:: else
				fi;
				if
				:: other != NOBODY ->
					hand_over(other, me);
					result[me] = DONE;
					if
					:: state[other] == ASKING ->
						if
						:: MISTAKE != M_TWICE -> queue[me]??eval(other); state[other] = AWAITING
						:: else
						fi
					:: else ->
						resolve(other, DONE)
					fi
				:: else ->
					/* Nothing owed to who begins to wait. */
					i = 0;
					do
					:: i < PROCS ->
						assert(!owed[me * PROCS + i] || dead[i] || (src != NOBODY && src != i));
						i++
					:: else -> break
					od;
					begin_wait(me, RECEIVING, src);
					blocked = true;
					chain = src != NOBODY && peer[src] != NOBODY
				fi
			fi
		fi
	}
}

inline do_notify(me, dst)
{
	d_step {
		blocked = false; chain = false;
		if
		:: dead[me] -> result[me] = NOTBOUND
		:: else ->
			if
			:: dead[dst] -> result[me] = DSTDIED
			:: else ->
				result[me] = DONE;
				if
				:: (state[dst] == RECEIVING || (MISTAKE == M_NOTE_AS_ANSWER && state[dst] == AWAITING)) &&
				   (peer[dst] == NOBODY || peer[dst] == me) ->
					assert(inbox[dst] == NOTHING);
					inbox[dst] = NOTE;
					note[dst * PROCS + me] = false;
					owed[dst * PROCS + me] = false;
					resolve(dst, DONE);
				:: else ->
					owed[dst * PROCS + me] = true;
					note[dst * PROCS + me] = MISTAKE != M_NOTE_LOST
				fi
			fi
		fi
	}
}

/* ---- deadlocks: one lock at a time, so that edges come and go meanwhile ---- */

inline walk(me, closed, stamp)
{
	closed = false;
	stamp = 0;
	d_step { other = me; hops = 0 }
	do
	:: d_step {
		stamp = stamp * 64 + other * 16 + seq[other];
		hop = peer[other];
		hops++;
		closed = hop == me;
		other = hop
	   };
	   if
	   :: closed || other == NOBODY || hops > PROCS -> break
	   :: else
	   fi
	od
}

/* Ends the call with LOCKED if it closed a cycle and is the one to be told. */
inline break_cycle(me)
{
	walk(me, closed, first);
	if
	:: closed ->
#if MISTAKE != M_NO_VERIFY
		atomic { !cycle_lock -> cycle_lock = true };
		do
		:: walk(me, closed, first);
		   if
		   :: !closed -> break
		   :: else
		   fi;
		   walk(me, closed, second);
		   if
		   :: !closed || first == second -> break
		   :: else
		   fi
		od;
#endif
		if
		:: closed ->
			d_step {
				/* A request that was taken meanwhile is not given up. */
				if
				:: state[me] != RUNNING && (state[me] != AWAITING || MISTAKE == M_TAKEN_LOCKED) ->
					cycle_of(me, closed);
					/* Nobody else was told, so it is a cycle still, if nothing else came between. */
					assert(closed || disturbed);
					resolve(me, LOCKED)
				:: else
				fi
			}
		:: else
		fi;
#if MISTAKE != M_NO_VERIFY
		cycle_lock = false
#endif
	:: else
	fi
}

/* ---- the end of a call ---- */

/* What the caller is told, against what happened. */
inline judge(me)
{
	if
	:: result[me] == DONE ->
		assert(!sends || flight[me] == TAKEN); /* not lost */
		assert(!receives || inbox[me] != NOTHING);
		assert(!(sends && receives) || inbox[me] == MESSAGE) /* no notification for an answer */
	:: result[me] == DSTDIED || result[me] == LOCKED ->
		assert(!sends || flight[me] == ON_ITS_WAY); /* safe to try again */
		assert(inbox[me] == NOTHING)
	:: result[me] == SRCDIED ->
		assert(!sends || flight[me] == TAKEN);
		assert(inbox[me] == NOTHING)
	:: result[me] == GAVE_UP ->
		assert(!sends || receives || flight[me] == ON_ITS_WAY);
		assert(inbox[me] == NOTHING)
	:: else -> assert(inbox[me] == NOTHING)
	fi;
	flight[me] = NOT_SENT;
	inbox[me] = NOTHING;
	wake[me] = false;
	result[me] = DONE;
	/* What is forgotten makes no two states of one. */
	target = 0; other = 0; i = 0; hop = 0; hops = 0; first = 0; second = 0;
	sends = false; receives = false; blocked = false; chain = false; early = false; closed = false
}

inline give_up(me)
{
	signals--;
	disturbed = true;
	if
	:: state[me] != RUNNING -> resolve(me, GAVE_UP)
	:: state[me] == RUNNING && MISTAKE == M_GIVE_UP_WINS -> result[me] = GAVE_UP
	:: else /* delivery wins */
	fi
}

/* Looks whether it is over, and sleeps if not: one step each, between which it may be over. */
inline sleep(me)
{
	do
	:: d_step { state[me] == RUNNING -> judge(me) }; break
	:: d_step { state[me] != RUNNING -> asleep[me] = true };
	   if
	   :: d_step { wake[me] -> wake[me] = false; asleep[me] = false }
#ifdef SIGNAL
	   :: d_step { signals > 0 -> asleep[me] = false; give_up(me); judge(me) }; break
#endif
	   fi
	od
}

/* ---- the end of a process, by itself or by another ---- */

inline drain_one(gone, waiting)
{
	d_step {
		if
		:: state[waiting] == RUNNING || peer[waiting] != gone
		:: is_queued(waiting) && peer[waiting] == gone -> resolve(waiting, DSTDIED)
		:: else -> resolve(waiting, SRCDIED)
		fi
	}
}

inline end_of(gone)
{
	if
	:: d_step { dead[gone] -> who = 0 }
	:: d_step { !dead[gone] -> dead[gone] = true; disturbed = true };
		d_step {
			if
			:: state[gone] != RUNNING -> resolve(gone, NOTBOUND)
			:: else
			fi
		};
		/* The queue first, then who waits for a message of the dead. */
		do
		:: d_step { len(queue[gone]) > 0 -> queue[gone]?<who> }; drain_one(gone, who); who = 0
		:: len(queue[gone]) == 0 -> break
		od;
#if MISTAKE != M_NO_PURGE
		drain_one(gone, (gone + 1) % PROCS);
		drain_one(gone, (gone + 2) % PROCS)
#endif
	fi
}

#if MISTAKE == M_EARLY_WALK
#define walks early
#else
#define walks chain
#endif

inline call(me)
{
	if
	:: target = (me + 1) % PROCS
	:: target = (me + 2) % PROCS
	fi;
	if
	:: receives = true; do_receive(me, NOBODY)
#ifdef NAMED
	:: receives = true; do_receive(me, target)
#endif
#ifdef SEND
	:: sends = true; do_send(me, target, false)
#endif
#ifdef ASK
	:: sends = true; receives = true; do_send(me, target, true)
#endif
#ifdef NOTIFY
	:: do_notify(me, target)
#endif
	fi;
	if
	:: !blocked -> judge(me)
	:: else
	fi
}

proctype process(byte me)
{
	byte calls, target, other, i, hop, hops;
	int first, second;
	bool sends, receives, blocked, chain, early, closed;

	do
	:: calls < CALLS && !dead[me] ->
#if MISTAKE == M_EARLY_WALK
		atomic {
			calls++;
			if
			:: early = peer[(me + 1) % PROCS] != NOBODY
			:: early = peer[(me + 2) % PROCS] != NOBODY
			fi
		};
		atomic { call(me) };
#else
		atomic { calls++; call(me) };
#endif
		if
		:: blocked && walks -> break_cycle(me); sleep(me)
		:: blocked && !walks -> sleep(me)
		:: else
		fi
	:: break
	od
}

/* Ends one of them, or none, at any time: what it does itself at its exit, or a manager for it. */
proctype ending()
{
	byte who;

	if
	:: end_of(0)
	:: end_of(1)
	:: end_of(2)
	:: skip
	fi
}

/* Nothing moves any more. */
proctype monitor()
{
	byte p, hop, hops;
	bool closed;

	timeout;
	d_step {
		do
		:: p < PROCS ->
			assert(!asleep[p] || state[p] != RUNNING); /* no lost wake-up */
			assert(peer[p] == NOBODY || !dead[peer[p]]); /* nobody waits for the dead */
			cycle_of(p, closed);
			assert(!closed); /* no missed deadlock */
			p++
		:: else -> break
		od
	}
}

init {
	atomic {
#ifdef SIGNAL
		if
		:: signals = 0
		:: signals = 1
		fi;
#endif
		run process(0);
		run process(1);
		run process(2);
#if ENDS > 0
		run ending();
#endif
#if ENDS > 1
		run ending();
#endif
		run monitor()
	}
}
