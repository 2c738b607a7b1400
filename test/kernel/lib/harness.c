// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_TESTS = 128, TEST_SECONDS = 60, AWAIT_MS = 20000, FIRST_VMID = 100 };

static struct {
	const char *name;
	const char *proves;
	void (*body)(void);
} tests[MAX_TESTS];
static int test_count;

struct shared {
	atomic_int failures;
	atomic_int steps[STEPS];
	atomic_long words[STEPS];
	char skipped[128];
};
static struct shared *shared;

int vm = -1;
char vm_name[M3_NAME_SIZE];
atomic_long *shared_word;

/* How much longer than elsewhere a test may take before it counts as hung: kernels that check themselves are slow. */
static int patience(void)
{
	struct utsname kernel;

	return uname(&kernel) == 0 && strstr(kernel.release, "-drvs-") ? 10 : 1;
}

void add_test(const char *name, const char *proves, void (*body)(void))
{
	if (test_count == MAX_TESTS)
		abort();
	tests[test_count].name = name;
	tests[test_count].proves = proves;
	tests[test_count++].body = body;
}

/* One write, so that lines of several processes do not mix. */
static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
	char line[512];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (length > (int)sizeof(line) - 1)
		length = sizeof(line) - 1;
	if (write(STDOUT_FILENO, line, length) != length)
		abort();
}

bool expect(bool condition, const char *text, const char *file, int line)
{
	if (condition)
		return true;
	shared->failures++;
	say("# %s:%d: pid %d: not so: %s\n", file, line, getpid(), text);
	return false;
}

bool expect_eq(long actual, long expected, const char *what, const char *wanted, const char *file,
	       int line)
{
	if (actual == expected)
		return true;
	shared->failures++;
	say("# %s:%d: pid %d: %s is %ld (%s), not %s = %ld\n", file, line, getpid(), what, actual,
	    actual < 0 ? mnx_errname((int)actual) : "-", wanted, expected);
	return false;
}

void give_up(void)
{
	_exit(1);
}

void skip(const char *reason)
{
	snprintf(shared->skipped, sizeof(shared->skipped), "%s", reason);
	_exit(0);
}

void need_feature(uint64_t features, const char *name)
{
	m3_version_t version;
	char reason[100];

	REQUIRE_EQ(mnx_getversion(&version), OK);
	if ((version.features & features) == features)
		return;
	snprintf(reason, sizeof(reason), "the module has no %s yet", name);
	skip(reason);
}

/* ---- other processes ---- */

static void (*child_body)(void);

static void run_body(int argument)
{
	(void)argument;
	child_body();
}

pid_t spawn(void (*body)(void))
{
	child_body = body;
	return spawn_with(run_body, 0);
}

pid_t spawn_with(void (*body)(int), int argument)
{
	int before = shared->failures;
	pid_t pid = fork();

	REQUIRE(pid >= 0);
	if (pid == 0) {
		body(argument);
		_exit(shared->failures > before ? 1 : 0);
	}
	return pid;
}

int finish(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

void join(pid_t pid)
{
	int status = finish(pid);

	/* Its own failures are counted already; this is about its end. */
	EXPECT(WIFEXITED(status));
}

void kill_and_reap(pid_t pid)
{
	kill(pid, SIGKILL);
	finish(pid);
}

/* ---- waiting ---- */

long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void breathe(void)
{
	struct timespec time = {.tv_nsec = 500000};

	nanosleep(&time, NULL);
}

/* True, too, of a thread that cannot be looked at from here, and of who asks: another thread is blocked for it. */
static bool is_off_cpu(int tid)
{
	char path[40], state = 0;
	FILE *file;

	if (tid == gettid())
		return true;
	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	file = fopen(path, "r");
	if (!file)
		return true;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(file);
	return state != 'R';
}

void await_flags(int nr, unsigned long mask, unsigned long value)
{
	long end = now_ms() + AWAIT_MS * patience();
	proc_usr_t proc = {.p_rts_flags = 0};
	int result = OK;

	while (now_ms() < end) {
		result = mnx_getprocinfo(vm, nr, &proc);
		if (result == OK && (proc.p_rts_flags & mask) == value &&
		    (!(value & (SENDING | RECEIVING)) || is_off_cpu(proc.p_lpid)))
			return;
		breathe();
	}
	say("# process %d never got flags %lx of %lx: %s, flags %lx\n", nr, value, mask,
	    mnx_errname(result), proc.p_rts_flags);
	shared->failures++;
	give_up();
}

void reach(int step)
{
	shared->steps[step] = 1;
}

bool reached(int step)
{
	return shared->steps[step];
}

void unreach(int step)
{
	shared->steps[step] = 0;
}

void await_step(int step)
{
	long end = now_ms() + AWAIT_MS * patience();

	while (!shared->steps[step]) {
		if (now_ms() >= end) {
			say("# step %d was never reached\n", step);
			shared->failures++;
			give_up();
		}
		breathe();
	}
}

/* ---- messages ---- */

int enter(int nr)
{
	int endpoint = mnx_bind(vm, nr);

	if (endpoint <= EMOLERRCODE) {
		say("# cannot bind number %d: %s\n", nr, mnx_errname(endpoint));
		shared->failures++;
		give_up();
	}
	return endpoint;
}

void enter_and_leave(int nr)
{
	enter(nr);
}

message poisoned(void)
{
	message m;

	memset(&m, 0xa5, sizeof(m));
	return m;
}

message request(int type, int value)
{
	message m = poisoned();

	m.m_type = type;
	m.m1_i1 = value;
	return m;
}

void survive_sigpipe(void)
{
	signal(SIGPIPE, SIG_IGN);
}

static void do_nothing(int number)
{
	(void)number;
}

void interruptible(int number)
{
	struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};

	sigaction(number, &action, NULL);
}

void become(unsigned int uid, unsigned int gid)
{
	REQUIRE(setgroups(0, NULL) == 0);
	REQUIRE(setresgid(gid, gid, gid) == 0);
	REQUIRE(setresuid(uid, uid, uid) == 0);
}

int door(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/m3ipc", O_RDWR | O_CLOEXEC);
	return fd;
}

/* ---- running ---- */

/* In a process group of its own, so that all its children can be ended. */
static pid_t start_test(int number)
{
	pid_t pid = fork();

	if (pid < 0)
		abort();
	if (pid == 0) {
		setpgid(0, 0);
		alarm(TEST_SECONDS * patience());
		tests[number].body();
		_exit(shared->failures ? 1 : 0);
	}
	setpgid(pid, pid);
	return pid;
}

static bool run_test(int number)
{
	vm_usr_t params = {.dc_dcid = FIRST_VMID + number, .dc_warn2proc = NONE};
	int status, result;
	pid_t pid;

	memset(shared, 0, sizeof(*shared));
	vm = params.dc_dcid;
	snprintf(vm_name, sizeof(vm_name), "test%d", number);
	strcpy(params.dc_name, vm_name);
	result = mnx_vm_init(&params);
	if (result < 0) {
		say("# cannot create VM %d: %s\n", vm, mnx_errname(result));
		return false;
	}
	pid = start_test(number);
	status = finish(pid);
	kill(-pid, SIGKILL);
	/* A test may end its VM itself. */
	result = mnx_vm_end(vm);
	if (result < 0 && result != EMOLDCNOTRUN) {
		say("# cannot end VM %d: %s\n", vm, mnx_errname(result));
		return false;
	}
	if (WIFSIGNALED(status))
		say("# ended by signal %d%s\n", WTERMSIG(status),
		    WTERMSIG(status) == SIGALRM ? ": it took too long" : "");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 && !shared->failures;
}

static int ensure_drvs(void)
{
	drvs_usr_t drvs;
	int result = mnx_getdrvsinfo(&drvs);

	return result == EMOLDVSINIT ? mnx_drvs_init(1, NULL) : result;
}

/* Names on the command line choose; without any all are chosen. */
static bool chosen(int number, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], tests[number].name))
			return true;
	return argc == 1;
}

/* The result line of a test, numbered by its place in the plan. True: it passed. */
static bool report(int number, int place)
{
	bool passed = run_test(number);

	if (*tests[number].proves)
		say("# proves %s\n", tests[number].proves);
	if (passed && *shared->skipped)
		say("ok %d %s # SKIP %s\n", place, tests[number].name, shared->skipped);
	else
		say("%s %d %s\n", passed ? "ok" : "not ok", place, tests[number].name);
	return passed;
}

int main(int argc, char **argv)
{
	int failed = 0, planned = 0, place = 0, result;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	shared_word = shared->words;
	for (int i = 0; i < test_count; i++)
		planned += chosen(i, argc, argv);
	say("KTAP version 1\n1..%d\n", planned);
	result = ensure_drvs();
	if (result < 0) {
		say("Bail out! no DRVS: %s\n", mnx_strerror(result));
		return 1;
	}
	for (int i = 0; i < test_count; i++)
		if (chosen(i, argc, argv))
			failed += !report(i, ++place);
	print_errors();
	return failed > 0;
}
