/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three processes that send, ask (sendrec), receive, notify and end, in every order, on any number of CPUs. A step is
 * what the module (kernel/m3ipc) does while it holds the locks that it needs; between two steps anybody may run. Each
 * step names the function that it stands for. Checked in every state:
 *
 *   - no message is lost: who was told that it was taken knows that it was, and the other way round; and who receives
 *     by name, or awaits an answer, gets it of that process
 *   - no message is delivered twice
 *   - a notification is not lost, and never passes for an answer
 *   - exactly one of a cycle is told of it: when it is told, the cycle is there
 *   - nobody waits for the dead, and the dead do not wait (once their end is over); nobody is told of the death of who
 *     lives
 *   - no missed deadlock: nobody sleeps in a cycle
 *   - no lost wake-up: nobody sleeps whose call is over and whom nobody is about to wake
 *   - nobody is stuck elsewhere than asleep (invalid end states)
 *
 * -DCALLS0=n -DCALLS1=n -DCALLS2=n: the most calls of each process, 1 if not given; -DSEND -DASK -DNAMED -DNOTIFY: what
 * they do besides receive(ANY), in any order and to anybody; -DENDS: process 0 may end, at any time; -DSIGNAL: one wait
 * may be given up, by a signal or a timeout; -DALIKE=3, -DALIKE=2: all processes are alike, or 1 and 2 are; -DFINE: to
 * fall asleep and to be woken are steps of their own; -DMISTAKE=n: see below.
 *
 * What keeps the states few, and is exact:
 *   - Variables that nobody will read again are set to one value.
 *   - Nothing in the model depends on the number of a process but what the flags say (where the module takes the lowest
 *     number first, among notifications, the model takes any), so whatever happens also happens with the processes that
 *     are alike renamed, in the order in which they begin their first call: the others are left out (ALIKE). That only
 *     process 0 ends leaves out as little.
 *   - m3_party.wait_seq is compared by who walks: it counts while somebody does, and begins at 0 again after that.
 *   - Without FINE, who blocks sleeps at once, and wakes with the step that ends its wait. To be told later, or to look
 *     again before it sleeps, only delays who does nothing else meanwhile; that nobody sleeps on is what FINE shows.
 *   - A lock is let go together with the last step under it: nobody could tell, but who waits for the lock.
 *
 * Not here: new bindings in the slot of the dead, rcvrqst, reply and relay, wakeup, and the faults of user memory: the
 * fuzzer of ../rendezvous and the stress model of test/kernel/stress have them.
 */
#define PROCS 3
#define NOBODY PROCS
#define next(p) ((p + 1) % PROCS)
#define after_next(p) ((p + 2) % PROCS)

/* Seeded mistakes: each violates a property, or the check is worth nothing. */
#define M_NO_WAKE 1 /* a sender whose message was taken is not woken */
#define M_TWICE 2 /* a request that was taken stays queued */
#define M_QUEUE_ON_DEAD 3 /* send does not look whether its peer is dead */
#define M_NO_PURGE 4 /* an exit forgets those who wait for a message of the dead */
#define M_NOTE_AS_ANSWER 5 /* a notification is taken by who waits for an answer */
#define M_EARLY_WALK 6 /* whether there is an edge to follow is looked at before the own one is there */
#define M_NO_VERIFY 7 /* a cycle that was seen is broken without looking again, under no lock */
#define M_GIVE_UP_WINS 8 /* a signal wins over a delivery */
#define M_NOTE_LOST 9 /* a notification to who does not receive is dropped */
#define M_TAKEN_LOCKED 10 /* a request that was taken meanwhile is given up for a deadlock that is over */
#define M_LOOK_FIRST 11 /* who goes to sleep looks before it says that it sleeps */
#define M_BLIND_DRAIN 12 /* an exit does not look again whether who waited for the dead still does */
#define M_LATE_DEAD 13 /* an exit marks the dead after it has told those who wait for it */
#define M_ONE_WALK 14 /* a cycle is believed that was walked once, though its edges may never have been together */
#define M_OWN_WAIT 15 /* an exit leaves the blocked call of the dead as it is */
#define M_ANY_ANSWER 16 /* who waits for an answer takes a message of anybody */
#ifndef MISTAKE
#define MISTAKE 0
#endif
#ifndef CALLS0
#define CALLS0 1
#endif
#ifndef CALLS1
#define CALLS1 1
#endif
#ifndef CALLS2
#define CALLS2 1
#endif

/* Marks what some configuration must reach, or the proof is of nothing: said once, in the log. */
#define REACHED(what) c_code { { static int said; if (!said++) printf("reached: " #what "\n"); } }

/* m3_party.state: 0; SENDING; SENDING|RECEIVING; RECEIVING with reply_pending; RECEIVING. */
mtype = { RUNNING, SENDING, ASKING, AWAITING, RECEIVING };
mtype = { DONE, SRCDIED, DSTDIED, NOTBOUND, LOCKED, GAVE_UP };
mtype = { NOTHING, MESSAGE, NOTE };
mtype = { NOT_SENT, ON_ITS_WAY, TAKEN };
mtype = { IDLE, RECEIVE, SENDS, ASKS, NOTIFIES }; /* calls */

/* struct m3_party of each. */
mtype state[PROCS] = RUNNING;
byte peer[PROCS] = NOBODY; /* whom it waits for by name */
mtype result[PROCS] = DONE;
byte seq[PROCS]; /* wait_seq */
bool dead[PROCS];
chan queue[PROCS] = [PROCS] of { byte }; /* senders; the dependents are those whose state and peer say so */
bool note[9]; /* the notification map; dst * PROCS + src */

bool unpublished; /* process 0 is in no table any more: binding.c, unpublish() */
bool ended; /* ... and its end is over */
bool sleeps[PROCS]; /* the task state is not TASK_RUNNING */
bool cycle_lock; /* m3_vm.deadlock_lock */

/* What really happened, and who is where: for the assertions and the economies alone. */
mtype flight[PROCS] = NOT_SENT; /* the message that it sends */
mtype inbox[PROCS] = NOTHING;
byte author[PROCS] = NOBODY; /* of what is in it */
bool owed[9]; /* notified, and not yet received */
bool scheduled[PROCS]; /* in schedule() */
byte waking[PROCS]; /* how many are about to wake it */
byte walkers;
bool disturbed; /* somebody ended or gave up since the cycle lock was taken */
bool begun[PROCS];
#ifdef SIGNAL
bool signal = true; /* may still come */
#endif

/* ---- rendezvous.c, within a step ---- */

#define is_queued(p) (state[p] == SENDING || state[p] == ASKING)
#define waits_for_message(p) (state[p] == RECEIVING || state[p] == AWAITING)
/* takes_message_of(), takes_request_of() */
#define takes(dst, src) (waits_for_message(dst) && (peer[dst] == NOBODY || peer[dst] == src || \
	(MISTAKE == M_ANY_ANSWER && state[dst] == AWAITING)))
/* m3_notify_next(): named, receive_check() has seen that src lives. */
#define has_note(dst, src) (note[dst * PROCS + (src)] && !((src) == 0 && unpublished))
#define is_owed(dst, src) (owed[dst * PROCS + (src)] && !((src) == 0 && unpublished))

/* m3_rdv_resolve(). Its callers wake p once they have unlocked: see wake(). */
inline resolve(p, how)
{
	if
	:: is_queued(p) -> queue[peer[p]]??eval(p)
	:: else
	fi;
	result[p] = how;
	state[p] = RUNNING;
	peer[p] = NOBODY
}

inline to_wake(p)
{
#ifdef FINE
	woken = p;
	waking[p]++
#else
	sleeps[p] = false
#endif
}

/* begin_wait() */
inline begin_wait(p, how, whom)
{
	seq[p] = (walkers > 0 -> seq[p] + 1 : 0);
	state[p] = how;
	peer[p] = whom;
	blocked = true;
	if
	:: is_queued(p) -> queue[whom]!p
	:: else
	fi
}

/* The message of src, in flight, goes to dst. */
inline hand_over(src, dst)
{
	assert(flight[src] == ON_ITS_WAY); /* not delivered twice */
	assert(inbox[dst] == NOTHING);
	flight[src] = TAKEN;
	inbox[dst] = MESSAGE;
	author[dst] = src
}

inline hand_over_note(src, dst)
{
	assert(inbox[dst] == NOTHING);
	inbox[dst] = NOTE;
	author[dst] = src;
	note[dst * PROCS + src] = false;
	owed[dst * PROCS + src] = false
}

/* ---- the calls: message.c, between lock and unlock ---- */

/*
 * transfer(), with m3_rdv_send() or m3_rdv_sendrec(): both are locked. That sendrec calls it EDEADSRCDST when it finds
 * its peer dead is no difference here.
 */
inline do_send(me, dst)
{
	flight[me] = ON_ITS_WAY;
	if
	:: dead[me] -> REACHED(send_by_the_dead); result[me] = NOTBOUND
	:: else ->
		if
		:: dead[dst] && MISTAKE != M_QUEUE_ON_DEAD -> REACHED(send_to_the_dead); result[me] = DSTDIED
		:: else ->
			if
			:: takes(dst, me) ->
				if
				:: state[dst] == AWAITING -> REACHED(deliver_an_answer);
				:: else -> REACHED(deliver_to_a_receiver);
				fi;
				hand_over(me, dst);
				resolve(dst, DONE);
				to_wake(dst);
				result[me] = DONE;
				if
				:: kind == ASKS -> REACHED(await_after_delivery); begin_wait(me, AWAITING, dst)
				:: else
				fi
			:: else ->
				if
				:: kind == ASKS -> REACHED(queue_a_request); begin_wait(me, ASKING, dst)
				:: else -> REACHED(queue_a_message); begin_wait(me, SENDING, dst)
				fi;
				chain = peer[dst] != NOBODY /* blocked_on() */
			fi
		fi
	fi
}

/*
 * receive_step(): me, src if one is named, and the sender if there is one are locked. That the sender of receive(ANY)
 * must be locked out of order, or the page of the message be faulted in, makes the caller look again from the start.
 */
inline do_receive(me, src)
{
	if
	:: dead[me] -> REACHED(receive_by_the_dead); result[me] = NOTBOUND
	:: else ->
		if
		:: src != NOBODY && dead[src] -> REACHED(receive_from_the_dead); result[me] = SRCDIED
		:: !(src != NOBODY && dead[src]) && noter != NOBODY ->
			REACHED(take_a_notification);
			hand_over_note(noter, me);
			result[me] = DONE
		:: else ->
			/* m3_rdv_next_sender() */
			if
			:: src == NOBODY && len(queue[me]) > 0 -> queue[me]?<other>
			:: src != NOBODY && is_queued(src) && peer[src] == me -> other = src
			:: else
			fi;
			if
			:: other != NOBODY ->
				/* m3_rdv_take() */
				hand_over(other, me);
				result[me] = DONE;
				if
				:: state[other] == ASKING ->
					REACHED(take_a_request);
					if
					:: MISTAKE != M_TWICE -> queue[me]??eval(other); state[other] = AWAITING
					:: else
					fi
				:: else ->
					REACHED(take_a_message);
					resolve(other, DONE);
					if
					:: MISTAKE != M_NO_WAKE -> to_wake(other)
					:: else
					fi
				fi;
				other = NOBODY
			:: else ->
				/* m3_rdv_receive_block(): nothing is owed to who begins to wait. */
				REACHED(block_in_receive);
				assert(!(is_owed(me, next(me)) && (src == NOBODY || src == next(me))));
				assert(!(is_owed(me, after_next(me)) && (src == NOBODY || src == after_next(me))));
				begin_wait(me, RECEIVING, src);
				chain = src != NOBODY && peer[src] != NOBODY
			fi
		fi
	fi;
	noter = NOBODY
}

/* notify_locked(): both are locked. That its source has died since it was looked up is not looked at. */
inline do_notify(me, dst)
{
	if
	:: dead[dst] -> REACHED(notify_the_dead); result[me] = DSTDIED
	:: else ->
		result[me] = DONE;
		if
		:: (state[dst] == RECEIVING || (MISTAKE == M_NOTE_AS_ANSWER && state[dst] == AWAITING)) &&
		   (peer[dst] == NOBODY || peer[dst] == me) ->
			REACHED(deliver_a_notification);
			hand_over_note(me, dst);
			resolve(dst, DONE);
			to_wake(dst)
		:: else ->
			REACHED(mark_a_notification);
			owed[dst * PROCS + me] = true;
			note[dst * PROCS + me] = MISTAKE != M_NOTE_LOST
		fi
	fi
}

/* wake_up_process() of whom the step before resolved, after it has unlocked. */
inline wake()
{
	d_step { woken != NOBODY -> sleeps[woken] = false; waking[woken]--; woken = NOBODY }
}

/* ---- the end of a call ---- */

/* What the caller is told, against what happened. */
inline judge(me, told)
{
	if
	:: told == DONE ->
		assert(flight[me] == (kind == SENDS || kind == ASKS -> TAKEN : NOT_SENT)); /* not lost */
		assert(inbox[me] != NOTHING || (kind != RECEIVE && kind != ASKS));
		assert(inbox[me] == NOTHING || target == NOBODY || author[me] == target);
		assert(kind != ASKS || inbox[me] == MESSAGE) /* no notification for an answer */
	:: told == DSTDIED || told == LOCKED ->
		assert(flight[me] != TAKEN); /* safe to try again */
		assert(inbox[me] == NOTHING)
	:: told == SRCDIED ->
		assert(flight[me] != ON_ITS_WAY);
		assert(inbox[me] == NOTHING)
	:: told == NOTBOUND ->
		assert(dead[me]);
		assert(inbox[me] == NOTHING)
	:: told == GAVE_UP ->
		assert(kind != SENDS || flight[me] == ON_ITS_WAY);
		assert(inbox[me] == NOTHING)
	fi;
	assert((told != SRCDIED && told != DSTDIED) || (target != NOBODY && dead[target]));
	flight[me] = NOT_SENT;
	inbox[me] = NOTHING;
	author[me] = NOBODY;
	result[me] = DONE;
	kind = IDLE;
	target = NOBODY;
	blocked = false
}

/* Who has blocked need not do more than sleep. */
inline fall_asleep(me)
{
#ifndef FINE
	sleeps[me] = state[me] != RUNNING;
	scheduled[me] = sleeps[me]
#else
	skip
#endif
}

/* ---- deadlock.c ---- */

/* Whether p is in a cycle now. */
#define edge(a, b) (peer[a] == (b))
#define in_pair(p) ((edge(p, next(p)) && edge(next(p), p)) || \
		    (edge(p, after_next(p)) && edge(after_next(p), p)))
#define in_ring ((edge(0, 1) && edge(1, 2) && edge(2, 0)) || (edge(0, 2) && edge(2, 1) && edge(1, 0)))

/*
 * walk(): one lock at a time, so that edges come and go meanwhile. It is given up after as many hops as processes are
 * bound and one more, which is more than any cycle has.
 */
inline walk(me, stamped)
{
	hop = me;
	hops = 0;
	stamp = 0;
	do
	:: atomic {
		d_step {
			stamp = (stamped -> stamp * 16 + hop * 4 + seq[hop] : 0);
			hop = peer[hop];
			hops++;
			closed = hop == me
		};
		if
		:: closed || hop == NOBODY || hops > PROCS -> break
		:: else
		fi
	   }
	od
}

/* The end of m3_deadlock_closed_by(). What is released is released a little early: nobody can tell. */
inline walked(unlocks)
{
	if
	:: unlocks -> cycle_lock = false; disturbed = false
	:: else
	fi;
	walkers--;
	if
	:: walkers == 0 -> seq[0] = 0; seq[1] = 0; seq[2] = 0
	:: else
	fi;
	hop = 0; hops = 0; first = 0; stamp = 0; closed = false; chain = false
}

/* m3_deadlock_closed_by(): ends the call with LOCKED if it closed a cycle and is the one to be told. */
inline break_cycle(me)
{
	walk(me, false);
	if
	:: atomic { !closed -> d_step { REACHED(no_cycle); walked(false); fall_asleep(me) } }
	:: closed ->
#if MISTAKE != M_NO_VERIFY
		atomic { !cycle_lock -> cycle_lock = true };
		/* in_cycle() */
		do
		:: walk(me, true);
#if MISTAKE == M_ONE_WALK
		   break;
#endif
		   if
		   :: !closed -> break
		   :: else -> first = stamp
		   fi;
		   walk(me, true);
		   if
		   :: atomic { !closed -> REACHED(cycle_vanished); break }
		   :: atomic { closed && first == stamp -> break }
		   :: atomic { closed && first != stamp -> REACHED(cycle_changed); first = 0 }
		   fi
		od;
#endif
		/* Under the lock of me and its peer. */
		atomic { true -> d_step {
			if
			/* A request that was taken meanwhile is not given up. */
			:: closed && state[me] != RUNNING && (state[me] != AWAITING || MISTAKE == M_TAKEN_LOCKED) ->
				REACHED(cycle_broken);
				/* Nobody else was told, so it is a cycle still, if nothing else came between. */
				assert(in_pair(me) || in_ring || disturbed);
				resolve(me, LOCKED);
				judge(me, LOCKED)
			:: closed && state[me] == AWAITING && MISTAKE != M_TAKEN_LOCKED -> REACHED(taken_meanwhile);
			:: closed && state[me] == RUNNING -> REACHED(resolved_meanwhile);
			:: !closed -> REACHED(cycle_gone);
			fi;
			walked(MISTAKE != M_NO_VERIFY);
			fall_asleep(me)
		} }
	fi
}

/* ---- sleeping ---- */

/* withdraw(), with the lock of me and its peer */
inline give_up(me)
{
	if
	:: state[me] != RUNNING ->
		REACHED(given_up);
		disturbed = disturbed || cycle_lock;
		resolve(me, GAVE_UP);
		judge(me, GAVE_UP)
	:: state[me] == RUNNING && MISTAKE == M_GIVE_UP_WINS -> judge(me, GAVE_UP)
	:: else ->
		REACHED(delivery_wins);
		judge(me, result[me])
	fi
}

inline be_signalled(me)
{
	d_step {
		signal = false;
		sleeps[me] = false;
		scheduled[me] = false;
		give_up(me)
	}
}

/* m3_sleep_until() */
#ifdef FINE
/* Says that it sleeps, looks whether the call is over, and calls schedule(). */
inline sleep(me)
{
	do
#if MISTAKE == M_LOOK_FIRST
	:: atomic { state[me] == RUNNING -> d_step { judge(me, result[me]) }; break }
	:: state[me] != RUNNING;
	   d_step { sleeps[me] = true; scheduled[me] = true };
#else
	:: sleeps[me] = true;
	   if
	   :: atomic { state[me] == RUNNING -> d_step { sleeps[me] = false; judge(me, result[me]) }; break }
	   :: d_step { state[me] != RUNNING -> scheduled[me] = true }
	   fi;
#endif
end_asleep:
	   if
	   :: d_step { !sleeps[me] -> scheduled[me] = false }
#ifdef SIGNAL
	   :: atomic { signal -> be_signalled(me) }; break
#endif
	   fi
	od
}
#endif

/* ---- processes ---- */

#define calls_of(p) (p == 0 -> CALLS0 : (p == 1 -> CALLS1 : CALLS2))
#if ALIKE == 3
#define its_turn(p) (p == 0 || begun[p - 1])
#elif ALIKE == 2
#define its_turn(p) (p != 2 || begun[1])
#else
#define its_turn(p) true
#endif

inline choose(me)
{
	calls++;
	begun[me] = true;
	if
	:: kind = RECEIVE
#ifdef NAMED
	:: kind = RECEIVE; target = next(me)
	:: kind = RECEIVE; target = after_next(me)
#endif
#ifdef SEND
	:: kind = SENDS; target = next(me)
	:: kind = SENDS; target = after_next(me)
#endif
#ifdef ASK
	:: kind = ASKS; target = next(me)
	:: kind = ASKS; target = after_next(me)
#endif
#ifdef NOTIFY
	:: kind = NOTIFIES; target = next(me)
	:: kind = NOTIFIES; target = after_next(me)
#endif
	fi
}

#define hears(p, src) ((target == NOBODY || target == src) && has_note(p, src))

/* The locked part of the call that was chosen. */
inline act(me)
{
	looked_up = false;
	if
	:: kind == RECEIVE && hears(me, next(me)) -> noter = next(me)
	:: kind == RECEIVE && hears(me, after_next(me)) -> noter = after_next(me)
	:: else
	fi;
	d_step {
		if
		:: kind == RECEIVE -> do_receive(me, target)
		:: kind == NOTIFIES -> do_notify(me, target)
		:: else -> do_send(me, target)
		fi;
#if MISTAKE == M_EARLY_WALK
		chain = blocked && early;
		early = false;
#endif
		if
		:: !blocked -> judge(me, result[me])
		:: blocked && chain -> walkers++
		:: blocked && !chain -> fall_asleep(me)
		fi
	}
}

/* What is looked up before the locks are taken matters where it is not looked at again. */
#if MISTAKE == M_EARLY_WALK
#define looks_up(me) true
#else
#define looks_up(me) (kind == NOTIFIES && me == 0)
#endif

inline look_up(me)
{
#if MISTAKE == M_EARLY_WALK
	if
	:: target != NOBODY -> early = peer[target] != NOBODY
	:: else
	fi;
#endif
	/* notify_bound(), m3_message_caller() */
	if
	:: kind == NOTIFIES && me == 0 && unpublished ->
		REACHED(notify_by_the_dead);
		judge(me, NOTBOUND)
	:: else -> looked_up = true
	fi
}

proctype process(byte me)
{
	byte calls, target = NOBODY, noter = NOBODY, other = NOBODY, woken = NOBODY, hop, hops;
	int first, stamp;
	mtype kind = IDLE;
	bool looked_up, blocked, chain, early, closed;

end_idle:
	do
	:: atomic {
		kind == IDLE && woken == NOBODY && calls < calls_of(me) && its_turn(me) ->
		choose(me);
		if
		:: looks_up(me) -> look_up(me)
		:: else -> act(me)
		fi
	   }
	:: atomic { looked_up -> act(me) }
	/* finish(), once it has woken whom it resolved */
	:: woken != NOBODY -> wake()
	:: woken == NOBODY && chain -> break_cycle(me)
#ifdef FINE
	:: woken == NOBODY && blocked && !chain -> sleep(me)
#else
	/* It has slept since it blocked, or had walked. */
	:: d_step { blocked && !chain && !sleeps[me] -> scheduled[me] = false; judge(me, result[me]) }
#ifdef SIGNAL
	:: atomic { blocked && !chain && signal -> be_signalled(me) }
#endif
#endif
	od
}

/* ---- the end of process 0, by itself or by a manager: binding.c ---- */

#define depends(p) (waits_for_message(p) && peer[p] == 0)

/* drain(), the second half: the dead one and who waits for it are locked. */
inline drain_one(still)
{
	d_step {
		if
		:: still || MISTAKE == M_BLIND_DRAIN ->
			disturbed = disturbed || cycle_lock;
			if
			/* m3_rdv_death_result() */
			:: is_queued(who) -> REACHED(drain_a_sender); resolve(who, DSTDIED)
			:: else -> REACHED(drain_a_dependent); resolve(who, SRCDIED)
			fi;
			to_wake(who)
		:: else -> REACHED(drain_looks_again)
		fi;
		who = NOBODY
	};
	if
	:: woken != NOBODY -> wake()
	:: else
	fi
}

proctype ending()
{
	byte who = NOBODY, woken = NOBODY;

	/* m3_binding_cut(): mark_dead(), unpublish() */
#if MISTAKE != M_LATE_DEAD
	dead[0] = true;
#endif
	unpublished = true;
	/* m3_binding_tell(): end_own_wait(), drain() twice */
#if MISTAKE != M_OWN_WAIT
	d_step {
		if
		:: state[0] != RUNNING ->
			REACHED(end_own_wait);
			disturbed = disturbed || cycle_lock;
			resolve(0, NOTBOUND);
			to_wake(0)
		:: else
		fi
	};
	if
	:: woken != NOBODY -> wake()
	:: else
	fi;
#endif
	do
	:: atomic { len(queue[0]) > 0 -> queue[0]?<who> };
	   drain_one(queue[0]?[eval(who)])
	:: len(queue[0]) == 0 -> break
	od;
#if MISTAKE != M_NO_PURGE
	/* In the module they are in a list; any order is that of some list, and nobody joins it any more. */
	do
	:: depends(1) -> who = 1; drain_one(depends(1))
	:: depends(2) -> who = 2; drain_one(depends(2))
	:: !depends(1) && !depends(2) -> break
	od;
#endif
#if MISTAKE == M_LATE_DEAD
	dead[0] = true;
#endif
	ended = true
}

/* ---- what must never be ---- */

#define asleep(p) (scheduled[p] && sleeps[p])
#define lost_wake_up(p) (asleep(p) && state[p] == RUNNING && waking[p] == 0)
#define waits_in_pair(a, b) (asleep(a) && asleep(b) && edge(a, b) && edge(b, a))

/* Changes nothing, so that it costs no states. */
proctype monitor()
{
end_monitor:
	do
	:: atomic { lost_wake_up(0) || lost_wake_up(1) || lost_wake_up(2) -> assert(false) }
	:: atomic { waits_in_pair(0, 1) || waits_in_pair(1, 2) || waits_in_pair(2, 0) -> assert(false) }
	:: atomic { in_ring && asleep(0) && asleep(1) && asleep(2) -> assert(false) }
	:: atomic { ended && (peer[1] == 0 || peer[2] == 0) -> assert(false) }
	:: atomic { ended && state[0] != RUNNING -> assert(false) }
	od
}

init {
	atomic {
		run monitor();
		run process(0);
		run process(1);
		run process(2);
#ifdef ENDS
		run ending()
#endif
	}
}
