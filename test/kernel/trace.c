// SPDX-License-Identifier: Apache-2.0
/* What the tracepoints say about each message operation. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

/* A trace buffer of this program alone. */
#define TRACEFS "/tmp/tracefs"
#define BUFFER TRACEFS "/instances/test-trace"

static char log_text[1 << 20];

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	REQUIRE(fd >= 0);
	REQUIRE_EQ(write(fd, text, strlen(text)), (long)strlen(text));
	close(fd);
}

static void trace_on(void)
{
	mkdir(TRACEFS, 0700);
	if (access(TRACEFS "/instances", F_OK))
		REQUIRE(mount("tracefs", TRACEFS, "tracefs", 0, NULL) == 0);
	/*
	 * The names of tasks are not looked at, and recording them patches the scheduler under
	 * CPUs that run it, which an emulator may take amiss (an endless int3 in __schedule).
	 * Buffers inherit this when they are made.
	 */
	write_file(TRACEFS "/options/record-cmd", "0");
	if (mkdir(BUFFER, 0700))
		REQUIRE_EQ(errno, EEXIST);
	write_file(BUFFER "/trace", "");
	write_file(BUFFER "/events/m3ipc/enable", "1");
}

static void trace_off(void)
{
	size_t length = 0;
	ssize_t part;
	int fd;

	write_file(BUFFER "/events/m3ipc/enable", "0");
	fd = open(BUFFER "/trace", O_RDONLY);
	REQUIRE(fd >= 0);
	while ((part = read(fd, log_text + length, sizeof(log_text) - 1 - length)) > 0)
		length += part;
	REQUIRE_EQ(part, 0);
	log_text[length] = 0;
	close(fd);
}

/* Where the trace has a line that ends with this text after "vm=", or NULL; a failure if absent. */
static const char *traced(const char *event, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static const char *traced(const char *event, const char *format, ...)
{
	char text[300], line[400];
	va_list arguments;
	const char *found;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	snprintf(line, sizeof(line), " %s: vm=%d %s comm=%s\n", event, vm, text,
		 program_invocation_short_name);
	found = strstr(log_text, line);
	if (!found) {
		printf("# no line%s# in:\n%s", line, log_text);
		fflush(stdout);
		EXPECT(found);
	}
	return found;
}

static void ask_1(int nr)
{
	message m = request(5, nr);

	enter(nr);
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
}

static void send_1(int nr)
{
	message m = request(9, nr);

	enter(nr);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

TEST(a_request_and_its_answer, "trace.call")
{
	const char *asked, *taken, *answered;
	pid_t client;
	message m;

	enter(1);
	trace_on();
	client = spawn_with(ask_1, 2);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 10000), OK);
	m.m_type = 6;
	EXPECT_EQ(mnx_reply(2, &m), OK);
	join(client);
	trace_off();
	asked = traced("m3ipc_enter", "caller=2 call=sendrec peer=1 m_type=5 timeout_ms=-1");
	traced("m3ipc_enter", "caller=1 call=receive peer=%d m_type=0 timeout_ms=10000", ANY);
	taken = traced("m3ipc_exit",
		       "caller=1 call=receive peer=%d m_type=0 source=2 source_type=5 result=0",
		       ANY);
	traced("m3ipc_exit", "caller=1 call=reply peer=2 m_type=6 source=%d source_type=0 result=0",
	       NONE);
	answered = traced("m3ipc_exit", "caller=2 call=sendrec peer=1 m_type=5 source=1 "
					"source_type=6 result=0");
	/* In the order in which it happened. */
	EXPECT(asked < taken && taken < answered);
}

TEST(a_message_without_answer, "trace.call")
{
	pid_t sender;
	message m;

	enter(1);
	trace_on();
	sender = spawn_with(send_1, 3);
	await_sending(3);
	EXPECT_EQ(mnx_receive(3, &m), OK);
	join(sender);
	trace_off();
	traced("m3ipc_enter", "caller=3 call=send peer=1 m_type=9 timeout_ms=-1");
	traced("m3ipc_exit", "caller=3 call=send peer=1 m_type=9 source=%d source_type=0 result=0",
	       NONE);
	traced("m3ipc_exit",
	       "caller=1 call=receive peer=3 m_type=0 source=3 source_type=9 result=0");
}

static void serve_relayed(void)
{
	message m;

	enter(4);
	EXPECT_EQ(mnx_rcvrqst(&m), OK);
	m.m_type = 8;
	EXPECT_EQ(mnx_reply(2, &m), OK);
}

TEST(requests_relays_and_servers_loops, "trace.call")
{
	pid_t client, server;
	message m;

	enter(1);
	trace_on();
	server = spawn(serve_relayed);
	await_receiving(4);
	client = spawn_with(ask_1, 2);
	EXPECT_EQ(mnx_rcvrqst(&m), OK);
	m.m_type = 7;
	EXPECT_EQ(mnx_relay(4, &m), OK);
	join(client);
	join(server);
	client = spawn_with(ask_1, 2);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	m.m_type = 11;
	EXPECT_EQ(mnx_notify(SELF), OK);
	EXPECT_EQ(mnx_replyrec(2, &m), OK);
	join(client);
	trace_off();
	traced("m3ipc_exit",
	       "caller=1 call=rcvrqst peer=%d m_type=0 source=2 source_type=5 result=0", ANY);
	traced("m3ipc_exit", "caller=1 call=relay peer=4 m_type=7 source=%d source_type=0 result=0",
	       NONE);
	traced("m3ipc_exit",
	       "caller=4 call=rcvrqst peer=%d m_type=0 source=2 source_type=7 result=0", ANY);
	traced("m3ipc_exit",
	       "caller=2 call=sendrec peer=1 m_type=5 source=4 source_type=8 result=0");
	traced("m3ipc_enter", "caller=1 call=replyrec peer=2 m_type=11 timeout_ms=-1");
	traced("m3ipc_exit",
	       "caller=1 call=replyrec peer=2 m_type=11 source=%d source_type=%d result=0",
	       HARDWARE, NOTIFY_FROM(HARDWARE));
}

TEST(notifications_and_wakeups, "trace.call")
{
	enter(1);
	REQUIRE_EQ(mnx_setpriv(vm, 1, &(priv_usr_t){.s_level = TASK_PRIV}), OK);
	trace_on();
	EXPECT_EQ(mnx_notify(2), EDSTDIED);
	EXPECT_EQ(mnx_notify(SELF), OK);
	EXPECT_EQ(mnx_src_notify(HARDWARE, 1), OK);
	EXPECT_EQ(mnx_ntfy_value(HARDWARE, 1, 3), OK);
	EXPECT_EQ(mnx_hdw_notify(vm, 1), OK);
	EXPECT_EQ(mnx_wakeup(vm, 1), EPROCRUN);
	trace_off();
	traced("m3ipc_exit",
	       "caller=1 call=notify peer=2 m_type=%d source=%d source_type=0 result=%d",
	       NOTIFY_FROM(1), NONE, -M3IPC_EDSTDIED);
	traced("m3ipc_exit",
	       "caller=1 call=notify peer=%d m_type=%d source=%d source_type=0 result=0", SELF,
	       NOTIFY_FROM(HARDWARE), NONE);
	traced("m3ipc_exit",
	       "caller=1 call=src_notify peer=1 m_type=%d source=%d source_type=0 result=0",
	       NOTIFY_FROM(HARDWARE), NONE);
	traced("m3ipc_exit",
	       "caller=1 call=ntfy_value peer=1 m_type=%d source=%d source_type=0 result=0",
	       NOTIFY_FROM(HARDWARE), NONE);
	traced("m3ipc_exit",
	       "caller=1 call=hdw_notify peer=1 m_type=%d source=%d source_type=0 result=0",
	       NOTIFY_FROM(HARDWARE), NONE);
	traced("m3ipc_exit",
	       "caller=1 call=wakeup peer=1 m_type=0 source=%d source_type=0 result=%d", NONE,
	       -M3IPC_EPROCRUN);
}

static char lent[100];

static void lend(void)
{
	message m = request(1, 0);

	enter(2);
	m.m1_p1 = lent;
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
}

TEST(copies_with_what_they_moved, "trace.copy")
{
	char own[100];
	pid_t client;
	message m;

	enter(1);
	trace_on();
	client = spawn(lend);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(mnx_vcopy(2, m.m1_p1, SELF, own, 77), OK);
	EXPECT_EQ(mnx_vcopy(2, (char *)16, SELF, own, 55), EMOLFAULT);
	EXPECT_EQ(mnx_reply(2, &m), OK);
	join(client);
	trace_off();
	traced("m3ipc_vcopy", "caller=1 src=2 dst=%d bytes=77 copied=77 result=0", SELF);
	traced("m3ipc_vcopy", "caller=1 src=2 dst=%d bytes=55 copied=0 result=%d", SELF, -EFAULT);
}

TEST(failures_have_their_code, "trace.result")
{
	message m = request(1, 0);
	char line[200];

	trace_on();
	EXPECT_EQ(mnx_send(2, &m), ENOTBIND);
	enter(1);
	EXPECT_EQ(mnx_send(2, &m), EDSTDIED);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 1), EMOLTIMEDOUT);
	EXPECT_EQ(mnx_sendrec(1, &m), EENDPOINT);
	trace_off();
	snprintf(line, sizeof(line),
		 " m3ipc_exit: vm=-1 caller=%d call=send peer=2 m_type=1 source=%d source_type=0 "
		 "result=%d comm=%s\n",
		 NONE, NONE, -M3IPC_ENOTBIND, program_invocation_short_name);
	EXPECT(strstr(log_text, line));
	traced("m3ipc_exit", "caller=1 call=send peer=2 m_type=1 source=%d source_type=0 result=%d",
	       NONE, -M3IPC_EDSTDIED);
	traced("m3ipc_exit",
	       "caller=1 call=receive peer=%d m_type=0 source=%d source_type=0 result=%d", ANY,
	       NONE, -ETIMEDOUT);
	traced("m3ipc_exit",
	       "caller=1 call=sendrec peer=1 m_type=1 source=%d source_type=0 result=%d", NONE,
	       -M3IPC_EENDPOINT);
}

static void receive_any(void)
{
	message m;

	enter(2);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
}

TEST(who_waited_when_tracing_began_is_seen_to_return, "trace.late")
{
	message m = request(3, 0);
	pid_t receiver;

	enter(1);
	receiver = spawn(receive_any);
	await_receiving(2);
	trace_on();
	EXPECT_EQ(mnx_send(2, &m), OK);
	join(receiver);
	trace_off();
	traced("m3ipc_exit",
	       "caller=2 call=receive peer=%d m_type=0 source=1 source_type=3 result=0", ANY);
}

static void end_vm(void)
{
	await_receiving(2);
	EXPECT_EQ(mnx_vm_end(vm), OK);
}

TEST(who_is_unbound_meanwhile_keeps_the_name, "trace.late")
{
	pid_t ender;
	message m;

	survive_sigpipe();
	enter(2);
	trace_on();
	ender = spawn(end_vm);
	EXPECT_EQ(mnx_receive(ANY, &m), EMOLDCNOTRUN);
	join(ender);
	trace_off();
	traced("m3ipc_exit",
	       "caller=2 call=receive peer=%d m_type=0 source=%d source_type=0 result=%d", ANY,
	       NONE, -M3IPC_EVMNOTRUN);
}

TEST(nothing_is_recorded_when_off, "trace.off")
{
	enter(1);
	trace_on();
	trace_off();
	EXPECT_EQ(mnx_notify(SELF), OK);
	trace_off();
	EXPECT(!strstr(log_text, "m3ipc_"));
}
