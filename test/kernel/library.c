// SPDX-License-Identifier: Apache-2.0
/* What libm3ipc promises beside its calls: one descriptor, errno left alone, texts on stdout. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/harness.h"

/* Descriptors of the device that this process has; *last is one of them. */
static int count_devices(int *last)
{
	char path[64], target[64];
	int count = 0;
	struct dirent *entry;
	DIR *dir = opendir("/proc/self/fd");

	REQUIRE(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		ssize_t length;

		snprintf(path, sizeof(path), "/proc/self/fd/%.20s", entry->d_name);
		length = readlink(path, target, sizeof(target) - 1);
		if (length <= 0)
			continue;
		target[length] = 0;
		if (strcmp(target, "/dev/m3ipc"))
			continue;
		*last = atoi(entry->d_name);
		count++;
	}
	closedir(dir);
	return count;
}

static int the_device(void)
{
	int fd = -1;

	REQUIRE_EQ(mnx_getep(0), EMOLNOTBIND);
	REQUIRE_EQ(count_devices(&fd), 1);
	return fd;
}

static pthread_barrier_t start;

static void *call_first(void *unused)
{
	m3_version_t version;

	(void)unused;
	pthread_barrier_wait(&start);
	EXPECT_EQ(mnx_getversion(&version), OK);
	EXPECT_EQ(mnx_getep(0), EMOLNOTBIND);
	return NULL;
}

TEST(threads_that_make_the_first_call_at_once_open_one_descriptor, "library.descriptor")
{
	enum { THREADS = 16, ROUNDS = 20 };
	pthread_t threads[THREADS];
	int fd = the_device();

	REQUIRE_EQ(pthread_barrier_init(&start, NULL, THREADS), 0);
	for (int round = 0; round < ROUNDS; round++) {
		close(fd);
		for (int i = 0; i < THREADS; i++)
			REQUIRE_EQ(pthread_create(&threads[i], NULL, call_first, NULL), 0);
		for (int i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
		REQUIRE_EQ(count_devices(&fd), 1);
	}
}

TEST(what_a_program_opens_in_its_place_is_left_alone, "library.descriptor")
{
	int fd = the_device(), other = open("/dev/null", O_RDONLY), null = -1;
	char byte;

	REQUIRE(other >= 0 && dup2(other, fd) == fd);
	EXPECT_EQ(mnx_getep(0), EMOLNOTBIND);
	EXPECT_EQ(count_devices(&null), 1);
	EXPECT(null != fd);
	EXPECT_EQ(read(fd, &byte, 1), 0);
}

TEST(the_descriptor_is_none_of_the_standard_ones_and_ends_with_exec, "library.descriptor")
{
	int fd = the_device();

	close(fd);
	close(STDIN_FILENO);
	fd = the_device();
	EXPECT(fd > STDERR_FILENO);
	EXPECT_EQ(fcntl(STDIN_FILENO, F_GETFD), -1);
	EXPECT_EQ(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(no_call_touches_errno, "library.errno")
{
	message m = poisoned();
	m3_event_t event;
	proc_usr_t proc;
	int fd = the_device();

	errno = 4242;
	EXPECT_EQ(mnx_send(1, &m), EMOLNOTBIND);
	EXPECT_EQ(mnx_bind(vm, 20000), EMOLBADPROC);
	EXPECT_EQ(mnx_getprocinfo(vm, 20000, &proc), EMOLBADPROC);
	EXPECT_EQ(mnx_vcopy(1, &m, 2, &m, 1), EMOLNOTBIND);
	EXPECT_EQ(mnx_events_read(-1, &event, 1), EMOLBADF);
	EXPECT_EQ(mnx_proc_dump(UNUSED_VMID), EMOLDCNOTRUN);
	EXPECT_EQ(mnx_rmtbind(vm, "far", 1, 2), EMOLNOSYS);
	EXPECT_EQ(errno, 4242);
	close(fd);
	errno = 4242;
	EXPECT_EQ(mnx_getep(0), EMOLNOTBIND);
	EXPECT_EQ(errno, 4242);
}

/* What a call writes to stdout. */
static size_t capture(int (*call)(void), char *text, size_t size)
{
	int saved = dup(STDOUT_FILENO), file = memfd_create("stdout", 0);
	ssize_t length;
	int result;

	REQUIRE(saved >= 0 && file >= 0);
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	result = call();
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	EXPECT_EQ(result, OK);
	length = pread(file, text, size - 1, 0);
	REQUIRE(length >= 0);
	text[length] = 0;
	close(file);
	return length;
}

static int dump_processes(void)
{
	return mnx_proc_dump(M3_OWN_VM);
}

TEST(proc_dump_and_vm_dump_write_the_texts_of_proc, "library.dump")
{
	char path[128], dumped[8192], text[8192];
	size_t length;
	FILE *file;

	enter(1);
	length = capture(dump_processes, dumped, sizeof(dumped));
	snprintf(path, sizeof(path), "/proc/drvs/vms/%s/procs", vm_name);
	file = fopen(path, "r");
	REQUIRE(file != NULL);
	EXPECT_EQ(fread(text, 1, sizeof(text), file), length);
	EXPECT(!memcmp(text, dumped, length));
	fclose(file);
	capture(mnx_vm_dump, dumped, sizeof(dumped));
	snprintf(text, sizeof(text), "name=%s\n", vm_name);
	EXPECT(strstr(dumped, text) != NULL);
}

static atomic_int results[2];

static void in_a_handler(int number)
{
	proc_usr_t proc;

	(void)number;
	results[0] = mnx_notify(SELF);
	results[1] = mnx_getprocinfo(M3_OWN_VM, 1, &proc);
}

TEST(calls_may_be_made_in_a_signal_handler, "library.signal")
{
	message m = poisoned();

	enter(1);
	results[0] = results[1] = 1;
	signal(SIGUSR1, in_a_handler);
	raise(SIGUSR1);
	EXPECT_EQ(results[0], OK);
	EXPECT_EQ(results[1], OK);
	EXPECT_EQ(mnx_receive_T(ANY, &m, TIMEOUT_NOWAIT), OK);
}
