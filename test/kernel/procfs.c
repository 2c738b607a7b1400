// SPDX-License-Identifier: Apache-2.0
/* /proc/drvs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"

/* The whole file, or an empty text; errno tells why. */
static char *slurp(const char *path)
{
	static char text[1 << 20];
	int fd = open(path, O_RDONLY);
	size_t length = 0;
	ssize_t got;

	errno = fd < 0 ? errno : 0;
	while (fd >= 0 && (got = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += got;
	if (fd >= 0)
		close(fd);
	text[length] = 0;
	return text;
}

static char *slurp_vm(const char *file)
{
	char path[100];

	snprintf(path, sizeof(path), "/proc/drvs/vms/%s/%s", vm_name, file);
	return slurp(path);
}

static int lines(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* The words of line n (0 = first) of a table; returns how many. */
static int words(const char *text, int n, char word[16][32])
{
	while (n-- && text)
		text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
	if (!text)
		return 0;
	return sscanf(text, "%31s %31s %31s %31s %31s %31s %31s %31s %31s %31s %31s %31s %31s",
		      word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7],
		      word[8], word[9], word[10], word[11], word[12]);
}

TEST(info_shows_the_node, "proc.info")
{
	char *text = slurp("/proc/drvs/info");

	EXPECT(strstr(text, "nodeid=1\n"));
	EXPECT(strstr(text, "name=node1\n"));
	EXPECT(strstr(text, "nodeid_source=program\n"));
}

TEST(nodes_shows_the_local_node, "proc.info")
{
	EXPECT(strstr(slurp("/proc/drvs/nodes"), "node1"));
}

TEST(vm_info_shows_its_parameters, "proc.vm")
{
	char expected[64], *text = slurp_vm("info");

	snprintf(expected, sizeof(expected), "vmid=%d\nname=%s\n", vm, vm_name);
	EXPECT(strstr(text, expected));
	EXPECT(strstr(text, "nodes=1\n"));
	EXPECT(strstr(text, "mode=750\n"));
	EXPECT(strstr(text, "bound=0\n"));
}

static void receive_from_3(void)
{
	message m;

	enter(40);
	mnx_receive(3, &m);
}

static void send_to_3(void)
{
	message m = request(1, 1);

	enter(-2);
	mnx_send(3, &m);
}

TEST(procs_shows_who_waits_for_whom, "proc.procs")
{
	char word[16][32], number[12];
	pid_t receiver, sender;
	char *text;

	enter(3);
	receiver = spawn(receive_from_3);
	sender = spawn(send_to_3);
	await_receiving(40);
	await_sending(-2);
	text = slurp_vm("procs");
	EXPECT_EQ(lines(text), 4);
	EXPECT_EQ(words(text, 1, word), 13);
	EXPECT_EQ(atoi(word[0]), vm);
	EXPECT_EQ(atoi(word[1]), -2);
	EXPECT_EQ(atoi(word[2]), -2);
	EXPECT_EQ(atoi(word[3]), sender);
	EXPECT_EQ(atoi(word[9]), 3);
	EXPECT(!strcmp(word[10], "sending"));
	EXPECT_EQ(words(text, 2, word), 13);
	EXPECT_EQ(atoi(word[1]), 3);
	EXPECT_EQ(atoi(word[3]), getpid());
	EXPECT(!strcmp(word[10], "running"));
	EXPECT(!strcmp(word[12], "procfs"));
	EXPECT_EQ(words(text, 3, word), 13);
	EXPECT_EQ(atoi(word[1]), 40);
	EXPECT_EQ(atoi(word[8]), 3);
	snprintf(number, sizeof(number), "%d", NONE);
	EXPECT(!strcmp(word[9], number));
	EXPECT(!strcmp(word[10], "receiving"));
	kill_and_reap(receiver);
	kill_and_reap(sender);
	EXPECT_EQ(lines(slurp_vm("procs")), 2);
}

TEST(stats_counts, "proc.stats")
{
	char word[16][32];

	enter(3);
	EXPECT_EQ(mnx_notify(SELF), OK);
	EXPECT_EQ(words(slurp_vm("stats"), 1, word), 11);
	EXPECT_EQ(atoi(word[1]), 3);
}

static void read_as_stranger(void)
{
	become(1000, 1000);
	EXPECT_EQ(strlen(slurp_vm("procs")), 0);
	EXPECT_EQ(errno, EACCES);
	EXPECT_EQ(strlen(slurp_vm("info")), 0);
	EXPECT_EQ(errno, EACCES);
	/* The node itself is nobody's secret. */
	EXPECT(strlen(slurp("/proc/drvs/info")) > 0);
}

TEST(the_mode_of_the_vm_protects_its_files, "proc.mode")
{
	join(spawn(read_as_stranger));
}

TEST(files_go_with_the_vm, "proc.gone")
{
	char path[100];

	snprintf(path, sizeof(path), "/proc/drvs/vms/%s", vm_name);
	EXPECT_EQ(access(path, F_OK), 0);
	EXPECT_EQ(mnx_vm_end(vm), OK);
	EXPECT_EQ(access(path, F_OK), -1);
}

TEST(an_open_file_outlives_the_vm, "proc.gone")
{
	char path[100], text[100];
	int fd;

	snprintf(path, sizeof(path), "/proc/drvs/vms/%s/procs", vm_name);
	fd = open(path, O_RDONLY);
	REQUIRE(fd >= 0);
	enter(3);
	survive_sigpipe();
	EXPECT_EQ(mnx_vm_end(vm), OK);
	/* Whatever it gives, it gives it in peace. */
	EXPECT(read(fd, text, sizeof(text)) < 100);
	close(fd);
}
