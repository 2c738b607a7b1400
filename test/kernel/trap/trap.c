// SPDX-License-Identifier: Apache-2.0
/* MINIX's and M3-IPC's vectors: what they leave alone, and what else the calls can do. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "trap/vectors.h"
#include "uapi/m3ipc.h"

/* ------------------------------------------------------------ registers ---- */

struct registers {
	uint32_t eax, ebx, ecx, edx, esi, edi, ebp, esp, eflags;
};

/*
 * Executes the instruction at "trap" with those registers, and tells them after it. Flags: CF and
 * DF are set before. ebp is used, too, so the compiler is left nothing but memory.
 */
#define WITH_REGISTERS(name, vector)                                                    \
	__asm__(".text\n" #name ":\n"                                                   \
		"	pushl %ebp; pushl %ebx; pushl %esi; pushl %edi\n"                     \
		"	movl 20(%esp), %eax\n"                                                \
		"	pushl %eax\n"                                                         \
		"	movl 4(%eax), %ebx; movl 8(%eax), %ecx; movl 12(%eax), %edx\n"        \
		"	movl 16(%eax), %esi; movl 20(%eax), %edi; movl 24(%eax), %ebp\n"      \
		"	movl (%eax), %eax\n"                                                  \
		"	std; stc\n"                                                           \
		"	int $" #vector "\n"                                             \
		"	pushl %ebp\n"                                                         \
		"	pushfl\n"                                                             \
		"	cld\n"                                                                \
		"	movl 8(%esp), %ebp\n"                                                 \
		"	movl %eax, (%ebp); movl %ebx, 4(%ebp); movl %ecx, 8(%ebp)\n"          \
		"	movl %edx, 12(%ebp); movl %esi, 16(%ebp); movl %edi, 20(%ebp)\n"      \
		"	popl 32(%ebp); popl 24(%ebp)\n"                                       \
		"	movl %esp, 28(%ebp)\n"                                                \
		"	popl %eax; popl %edi; popl %esi; popl %ebx; popl %ebp; ret\n"); \
	void name(struct registers *registers)

WITH_REGISTERS(minix_with, 0x21);
WITH_REGISTERS(m3ipc_with, 0x90);

static void expect_kept(const struct registers *before, const struct registers *after)
{
	EXPECT_EQ(after->ebx, before->ebx);
	EXPECT_EQ(after->ecx, before->ecx);
	EXPECT_EQ(after->edx, before->edx);
	EXPECT_EQ(after->esi, before->esi);
	EXPECT_EQ(after->edi, before->edi);
	EXPECT_EQ(after->ebp, before->ebp);
	EXPECT((after->eflags & 0x401) == 0x401);
}

TEST(the_minix_vector_changes_eax_alone, "trap.registers")
{
	message m = poisoned();
	struct registers before = {.eax = ANY,
				   .ebx = (uintptr_t)&m,
				   .ecx = MINIX_RECEIVE | MINIX_NON_BLOCKING,
				   .edx = 0xd00d0001,
				   .esi = 0xd00d0002,
				   .edi = 0xd00d0003,
				   .ebp = 0xd00d0004};
	struct registers after = before;

	enter(1);
	minix_with(&after);
	EXPECT_EQ((int32_t)after.eax, EMOLNOTREADY);
	expect_kept(&before, &after);
}

TEST(the_m3ipc_vector_changes_eax_alone, "trap.registers")
{
	message m = poisoned();
	struct registers before = {.eax = OLD_RECEIVE,
				   .ebx = ANY,
				   .ecx = (uintptr_t)&m,
				   .edx = TIMEOUT_NOWAIT,
				   .esi = 0xd00d0002,
				   .edi = 0xd00d0003,
				   .ebp = 0xd00d0004};
	struct registers after = before;

	enter(1);
	m3ipc_with(&after);
	EXPECT_EQ((int32_t)after.eax, EMOLAGAIN);
	expect_kept(&before, &after);
}

TEST(the_fpu_is_left_alone, "trap.registers")
{
	double on_stack = 2.5, back = 0;
	uint64_t vector[2] = {0x0123456789abcdef, 0xfedcba9876543210}, read[2] = {0};
	message m = poisoned();
	int result;

	enter(1);
	/* Through every kind of call: an unknown one, ECHO, and one that fills a structure. */
	for (int call = 0; call < 16; call++) {
		__asm__ volatile("fldl %3\n\tmovdqu %4, %%xmm3\n\t"
				 "int $0x21\n\t"
				 "fstpl %1\n\tmovdqu %%xmm3, %2"
				 : "=a"(result), "=m"(back), "=m"(read)
				 : "m"(on_stack), "m"(vector), "0"(220), "b"(&m),
				   "c"(call | MINIX_NON_BLOCKING)
				 : "memory", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)",
				   "st(6)", "st(7)", "xmm3");
		EXPECT(result < 0 || call == MINIX_ECHO);
		EXPECT(back == on_stack);
		EXPECT(!memcmp(read, vector, sizeof(vector)));
	}
}

/* --------------------------------------------------------- MINIX's calls ---- */

TEST(echo_brings_the_message_back_from_oneself, "trap.echo")
{
	message m = request(7, 42), sent = m;

	enter(12);
	EXPECT_EQ(minix_trap(0, &m, MINIX_ECHO), OK);
	EXPECT_EQ(m.m_source, 12);
	sent.m_source = 12;
	EXPECT(!memcmp(&m, &sent, sizeof(m)));
	EXPECT_EQ(minix_trap(0, (void *)16, MINIX_ECHO), EMOLFAULT);
}

TEST(unknown_calls_are_bad_calls, "trap.unknown")
{
	static const int unknown[] = {0, 5, 6, 7, 9, 15, 0x20, 0x23, 0x103, -1};
	message m = poisoned();

	enter(1);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		EXPECT_EQ(minix_trap(2, &m, unknown[i]), EMOLBADCALL);
	EXPECT_EQ(m3ipc_trap(38, 0, 0, 0, 0, 0), EMOLBADCALL);
	EXPECT_EQ(m3ipc_trap(-1, 0, 0, 0, 0, 0), EMOLBADCALL);
	EXPECT_EQ(m3ipc_trap(OLD_MIGRATE, 0, 0, 0, 0, 0), EMOLNOSYS);
}

TEST(non_blocking_calls_say_not_ready, "trap.nonblocking")
{
	pid_t peer = spawn_with(enter_and_leave, 2);
	message m = request(7, 1);

	join(peer);
	enter(1);
	EXPECT_EQ(minix_trap(ANY, &m, MINIX_RECEIVE | MINIX_NON_BLOCKING), EMOLNOTREADY);
	EXPECT_EQ(minix_trap(2, &m, MINIX_SEND | MINIX_NON_BLOCKING), EMOLDSTDIED);
}

TEST(the_unbound_are_told_so, "trap.unbound")
{
	message m = request(7, 1);

	EXPECT_EQ(minix_trap(2, &m, MINIX_SEND), EMOLNOTBIND);
	EXPECT_EQ(minix_trap(2, &m, MINIX_ECHO), EMOLNOTBIND);
	EXPECT_EQ(m3ipc_trap(OLD_SEND, 2, (long)&m, TIMEOUT_FOREVER, 0, 0), EMOLNOTBIND);
	EXPECT_EQ(m3ipc_trap(OLD_GETEP, 0, 0, 0, 0, 0), EMOLNOTBIND);
}

/* ---------------------------------------------- structures of M3-IPC 4.1 ---- */

/* As its programs were compiled: no field that came later, names of 16 bytes. */
struct dc_41 {
	int dc_dcid, dc_flags, dc_nr_procs, dc_nr_tasks, dc_nr_sysprocs, dc_nr_nodes;
	unsigned long dc_nodes;
	int dc_warn2proc, dc_warnmsg;
	char dc_name[16];
	unsigned char dc_cpumask[128];
};

struct proc_41 {
	int p_nr, p_endpoint, p_dcid;
	unsigned long p_rts_flags;
	int p_lpid, p_nodeid;
	unsigned long p_nodemap, p_misc_flags;
	int p_getfrom, p_sendto, p_waitmigr, p_waitunbind, p_proxy;
	unsigned long p_lclsent, p_rmtsent, p_lclcopy, p_rmtcopy;
	char p_name[16];
	unsigned char p_cpumask[128];
};

struct dvs_41 {
	int d_nr_dcs, d_nr_nodes, d_nr_procs, d_nr_tasks, d_nr_sysprocs, d_max_copybuf,
		d_max_copylen;
	unsigned long d_dbglvl;
	int d_version, d_subver, d_size_proc;
};

static bool is_poison(const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < size; i++)
		if (byte[i] != 0xa5)
			return false;
	return true;
}

TEST(getprocinfo_fills_the_structure_of_old, "trap.structures")
{
	struct proc_41 proc;

	memset(&proc, 0xa5, sizeof(proc));
	enter(12);
	REQUIRE_EQ(m3ipc_trap(OLD_GETPROCINFO, vm, 12, (long)&proc, 0, 0), OK);
	EXPECT_EQ(proc.p_nr, 12);
	EXPECT_EQ(proc.p_endpoint, 12);
	EXPECT_EQ(proc.p_dcid, vm);
	EXPECT_EQ(proc.p_rts_flags, PROC_RUNNING);
	EXPECT_EQ(proc.p_lpid, getpid());
	EXPECT_EQ(proc.p_getfrom, NONE);
	EXPECT_EQ(proc.p_proxy, NONE);
	EXPECT_EQ(strcmp(proc.p_name, "trap"), 0);
	EXPECT(is_poison(proc.p_cpumask, sizeof(proc.p_cpumask)));
	EXPECT_EQ(m3ipc_trap(OLD_GETPROCINFO, vm, 12, 16, 0, 0), EMOLFAULT);
	EXPECT_EQ(m3ipc_trap(OLD_GETPROCINFO, vm, 5000, (long)&proc, 0, 0), EMOLBADPROC);
}

TEST(a_vm_is_made_and_told_by_the_structure_of_old, "trap.structures")
{
	struct dc_41 vm_41 = {.dc_dcid = UNUSED_VMID,
			      .dc_nr_procs = 100,
			      .dc_nr_tasks = 10,
			      .dc_nr_sysprocs = 30,
			      .dc_nr_nodes = 32,
			      .dc_warn2proc = NONE,
			      .dc_name = "of-old"};
	struct dc_41 told;
	vm_usr_t now;

	memset(&told, 0xa5, sizeof(told));
	EXPECT_EQ(m3ipc_trap(OLD_DCINIT, 16, 0, 0, 0, 0), EMOLFAULT);
	REQUIRE(m3ipc_trap(OLD_DCINIT, (long)&vm_41, 0, 0, 0, 0) >= 0);
	EXPECT_EQ(mnx_getvminfo(UNUSED_VMID, &now), OK);
	EXPECT_EQ(now.dc_abi, M3_ABI_32);
	EXPECT_EQ(m3ipc_trap(OLD_GETDCINFO, UNUSED_VMID, (long)&told, 0, 0, 0), OK);
	EXPECT_EQ(told.dc_dcid, UNUSED_VMID);
	EXPECT_EQ(told.dc_nr_procs, 100);
	EXPECT_EQ(told.dc_nr_tasks, 10);
	EXPECT_EQ(told.dc_nr_sysprocs, 30);
	EXPECT_EQ(told.dc_nr_nodes, 1);
	EXPECT_EQ(told.dc_nodes, now.dc_nodes);
	EXPECT_EQ(strcmp(told.dc_name, "of-old"), 0);
	EXPECT(is_poison(told.dc_cpumask, sizeof(told.dc_cpumask)));
	EXPECT_EQ(m3ipc_trap(OLD_ADDNODE, UNUSED_VMID, 9, 0, 0, 0), OK);
	EXPECT_EQ(m3ipc_trap(OLD_ADDNODE, UNUSED_VMID, 9, 0, 0, 0), EMOLDCNODE);
	EXPECT_EQ(m3ipc_trap(OLD_GETDCINFO, UNUSED_VMID, (long)&told, 0, 0, 0), OK);
	EXPECT_EQ(told.dc_nr_nodes, 2);
	EXPECT_EQ(m3ipc_trap(OLD_DELNODE, UNUSED_VMID, 9, 0, 0, 0), OK);
	EXPECT_EQ(m3ipc_trap(OLD_DCEND, UNUSED_VMID, 0, 0, 0, 0), OK);
	EXPECT_EQ(mnx_getvminfo(UNUSED_VMID, &now), EMOLDCNOTRUN);
}

TEST(getdvsinfo_fills_the_structure_of_old, "trap.structures")
{
	struct dvs_41 told;
	drvs_usr_t now;
	int nodeid = mnx_getdrvsinfo(&now);

	EXPECT_EQ(m3ipc_trap(OLD_GETDVSINFO, (long)&told, 0, 0, 0, 0), nodeid);
	EXPECT_EQ(told.d_nr_procs, now.d_nr_procs);
	EXPECT_EQ(told.d_max_copylen, MAXCOPYLEN);
	EXPECT_EQ(told.d_version, now.d_version);
	EXPECT_EQ(told.d_subver, now.d_subver);
	EXPECT_EQ(told.d_size_proc, now.d_size_proc);
}

/* ------------------------------------------------- threads and processes ---- */

enum { CLIENTS = 8, ROUNDS = 50, SERVER = 1 };

static void *ask_many_times(void *argument)
{
	int nr = (intptr_t)argument;

	if (!EXPECT_EQ(m3ipc_trap(OLD_BIND, 0, vm, gettid(), nr, LOCALNODE), nr))
		return NULL;
	for (int i = 0; i < ROUNDS; i++) {
		message m = request(nr, i);

		if (!EXPECT_EQ(minix_trap(SERVER, &m, MINIX_SENDREC), OK) ||
		    !EXPECT_EQ(m.m_type, nr) || !EXPECT_EQ(m.m1_i1, i + 1))
			break;
	}
	return NULL;
}

static void serve_all(void)
{
	message m;

	enter(SERVER);
	for (int i = 0; i < CLIENTS * ROUNDS; i++) {
		if (!EXPECT_EQ(minix_trap(ANY, &m, MINIX_RECEIVE), OK))
			return;
		m.m1_i1++;
		EXPECT_EQ(minix_trap(m.m_source, &m, MINIX_SEND), OK);
	}
}

TEST(threads_trap_at_once_on_small_stacks, "trap.threads")
{
	pid_t server = spawn(serve_all);
	pthread_attr_t attributes;
	pthread_t threads[CLIENTS];

	await_bound(SERVER);
	pthread_attr_init(&attributes);
	EXPECT_EQ(pthread_attr_setstacksize(&attributes, 32768), 0);
	for (intptr_t i = 0; i < CLIENTS; i++)
		EXPECT_EQ(pthread_create(&threads[i], &attributes, ask_many_times, (void *)(i + 2)),
			  0);
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(threads[i], NULL);
	join(server);
}

static void ask_once(int nr)
{
	ask_many_times((void *)(intptr_t)nr);
}

TEST(children_of_a_program_that_traps_do_so, "trap.fork")
{
	pid_t server = spawn(serve_all), children[CLIENTS];
	message m = poisoned();

	await_bound(SERVER);
	/* The parent's descriptor is open by now, and shared. */
	EXPECT_EQ(minix_trap(SERVER, &m, MINIX_SEND), EMOLNOTBIND);
	for (int i = 0; i < CLIENTS; i++)
		children[i] = spawn_with(ask_once, i + 2);
	for (int i = 0; i < CLIENTS; i++)
		join(children[i]);
	join(server);
}

TEST(closing_every_descriptor_does_not_matter, "trap.close")
{
	message m = poisoned();

	enter(1);
	EXPECT_EQ(minix_trap(ANY, &m, MINIX_RECEIVE | MINIX_NON_BLOCKING), EMOLNOTREADY);
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	EXPECT_EQ(minix_trap(ANY, &m, MINIX_RECEIVE | MINIX_NON_BLOCKING), EMOLNOTREADY);
}

/* What the exec'ed program does: its exit status is the verdict. */
__attribute__((constructor(1001))) static void be_the_execed_program(int argc, char **argv)
{
	message m;

	if (argc == 2 && !strcmp(argv[1], "--traps"))
		_exit(minix_trap(ANY, &m, MINIX_RECEIVE | MINIX_NON_BLOCKING) == EMOLNOTREADY ? 0
											      : 11);
}

static void bind_and_exec(void)
{
	sigset_t all;

	enter(9);
	/* Masks survive an exec: even this one must not hinder. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	execl("/proc/self/exe", "trap", "--traps", NULL);
	_exit(10);
}

TEST(an_execed_program_traps_with_its_binding, "trap.exec")
{
	int status = finish(spawn(bind_and_exec));

	EXPECT(WIFEXITED(status));
	EXPECT_EQ(WEXITSTATUS(status), 0);
}
