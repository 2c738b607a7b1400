// SPDX-License-Identifier: Apache-2.0
#include "life.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffers.h"
#include "talk.h"

static void entered(int endpoint)
{
	self_bound(MAIN_VM, endpoint, arena->incarnation);
	buffers_renew();
}

/* Waits to be bound by the supervisor. */
static void wait_to_be_bound(void)
{
	int endpoint = NOWHERE, result;

	call_begin(OP_WAIT_SELF, ANY, 200);
	result = mnx_wait4bind_T(&endpoint, 200);
	call_end();
	if (result == OK) {
		count(OP_WAIT_SELF);
		entered(endpoint);
		return;
	}
	if (result != EMOLTIMEDOUT && result != EMOLINTR)
		violation("results", "wait4bind tells %s", mnx_errname(result));
	/* It may have come after all. */
	endpoint = mnx_getep(0);
	if (endpoint > EMOLERRCODE)
		entered(endpoint);
}

void life_enter(void)
{
	int nr, endpoint;

	if (dice(3) == 0) {
		wait_to_be_bound();
		return;
	}
	do {
		nr = (int)dice(NUMBERS) - TASKS;
	} while (nr == HARDWARE); /* its notifications could not be told from the kernel's */
	endpoint = mnx_bind(MAIN_VM, nr);
	if (endpoint > EMOLERRCODE) {
		if (number_of(endpoint) != nr)
			violation("results", "bind to %d gives endpoint %d", nr, endpoint);
		count(OP_BIND);
		entered(endpoint);
	} else if (endpoint != EMOLSLOTUSED && endpoint != EMOLDCNOTRUN &&
		   endpoint != EMOLBADOWNER) {
		violation("results", "bind to %d tells %s", nr, mnx_errname(endpoint));
	}
}

void life_leave(void)
{
	judge(OP_UNBIND, mnx_unbind(me->vmid, SELF), 0);
	self_unbound();
}

static void talk_in_passing(void)
{
	int to = (int)dice(16);

	if (to == me->nr)
		to++;
	switch (dice(6)) {
	case 0:
		talk_send(to, any_patience());
		break;
	case 1:
		talk_sendrec(to, any_patience());
		break;
	case 2:
		talk_notify(to);
		break;
	case 3:
		talk_serve();
		break;
	default:
		talk_receive(OP_RECEIVE, ANY, dice(2) ? TIMEOUT_FOREVER : 20);
	}
}

void life_visit(void)
{
	int which = dice(FLEETING_VMS), endpoint;
	vm_usr_t vm;

	life_leave();
	endpoint = mnx_bind(FLEETING_VM + which, (int)dice(16));
	if (endpoint <= EMOLERRCODE) {
		if (endpoint != EMOLSLOTUSED && endpoint != EMOLDCNOTRUN)
			violation("results", "bind to a fleeting VM tells %s",
				  mnx_errname(endpoint));
		return;
	}
	if (mnx_getvminfo(M3_OWN_VM, &vm) != OK)
		return; /* it has ended already */
	self_bound(FLEETING_VM + which, endpoint, vm.dc_incarnation);
	while (me->endpoint != NOWHERE && phase_of(arena->word) == FIRE)
		talk_in_passing();
	if (me->endpoint != NOWHERE)
		life_leave();
}

/* A child has no binding, and its end touches nobody's. */
void life_fork(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (pid == 0)
		_exit(mnx_getep(0) == EMOLNOTBIND && mnx_notify(SELF) == EMOLNOTBIND ? 0 : 1);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR) {
			perror("waitpid");
			exit(1);
		}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		count(OP_FORK);
	else
		violation("bindings", "a child of %d is bound, or ended with %x", me->endpoint,
			  status);
}

void life_exec(void)
{
	char number[16];

	me->nonce++; /* the buffers of requests that were given up go with this program */
	snprintf(number, sizeof(number), "%d", (int)(me - arena->workers));
	execl(arena->program, arena->program, "--worker", number, NULL);
	perror(arena->program);
	exit(1);
}

void life_resume(void)
{
	int endpoint = mnx_getep(0);

	if (endpoint == me->endpoint && endpoint != NOWHERE)
		count(OP_EXEC);
	else if (endpoint == EMOLNOTBIND || endpoint == EMOLDCNOTRUN)
		self_unbound(); /* a manager was quicker */
	else
		violation("bindings", "%d is %d after exec", me->endpoint, endpoint);
}

void life_wait_bind(void)
{
	int nr = (int)dice(NUMBERS) - TASKS, bound = NOWHERE;
	long ms = any_patience();
	int result;

	if (ms < 0)
		ms = 500; /* nobody may ever come */
	call_begin(OP_WAIT_BIND, nr, ms);
	result = mnx_wait4bindep_T(nr, &bound, ms);
	call_end();
	if (judge(OP_WAIT_BIND, result, may_wait(ms)) && number_of(bound) != nr)
		violation("results", "wait4bindep(%d) tells of %d", nr, bound);
}

void life_wait_unbind(void)
{
	long ms = dice(4) ? 1 + (long)dice(1000) : any_patience();
	int endpoint, result;

	if (!anybody_else(&endpoint))
		return;
	if (endpoint >= 65536 && dice(2))
		endpoint -= 65536; /* it is over, so there is nothing to wait for */
	call_begin(OP_WAIT_UNBIND, endpoint, ms);
	result = mnx_wait4unbind_T(endpoint, ms);
	call_end();
	judge(OP_WAIT_UNBIND, result, may_wait(ms));
}
