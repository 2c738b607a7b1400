// SPDX-License-Identifier: Apache-2.0
#include "tracefs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "m3ipc-PID", so that one whose owner was killed is known as such. */
#define PREFIX "m3ipc-"
#define BUFFER_KB "4096" /* per CPU */

static const char *const mount_points[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
static const char *const events[] = {"m3ipc_enter", "m3ipc_exit", "m3ipc_vcopy"};

static bool failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool failed(const char *format, ...)
{
	va_list arguments;

	fputs("m3ipc trace: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return false;
}

/* ---- files ---- */

static bool write_file(const struct tracefs *trace, const char *name, const char *text)
{
	char path[PATH_MAX + 64];
	ssize_t written;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", trace->folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_TRUNC);
	if (fd < 0)
		return false;
	written = write(fd, text, strlen(text));
	close(fd);
	return written == (ssize_t)strlen(text);
}

static const char *find_mount(void)
{
	char path[64];

	for (size_t i = 0; i < sizeof(mount_points) / sizeof(mount_points[0]); i++) {
		snprintf(path, sizeof(path), "%s/instances", mount_points[i]);
		if (access(path, F_OK) == 0)
			return mount_points[i];
		if (errno == EACCES) {
			failed("%s is for root alone; run it as root", mount_points[i]);
			return NULL;
		}
	}
	failed("tracefs is not mounted; mount -t tracefs tracefs %s", mount_points[0]);
	return NULL;
}

/* Removes the instances of those who could not do it themselves. */
static void remove_orphans(const char *mount)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/instances", mount);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		long pid;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		pid = strtol(entry->d_name + strlen(PREFIX), NULL, 10);
		if (pid <= 0 || kill(pid, 0) == 0 || errno != ESRCH)
			continue;
		snprintf(path, sizeof(path), "%s/instances/" PREFIX "%ld", mount, pid);
		rmdir(path);
	}
	if (dir)
		closedir(dir);
}

/* ---- the instance ---- */

static bool make_instance(struct tracefs *trace)
{
	const char *mount = find_mount();
	char module[80];

	if (!mount)
		return false;
	snprintf(module, sizeof(module), "%s/events/m3ipc", mount);
	if (access(module, F_OK) != 0)
		return failed("the kernel has no events of m3ipc: the module is not loaded, or one "
			      "without tracepoints; modprobe m3ipc, or update it");
	remove_orphans(mount);
	snprintf(trace->folder, sizeof(trace->folder), "%s/instances/" PREFIX "%d", mount,
		 getpid());
	if (mkdir(trace->folder, 0700) == 0)
		return true;
	failed("cannot create %s: %s; %s", trace->folder, strerror(errno),
	       errno == EACCES || errno == EPERM ? "run it as root" : "free some memory");
	trace->folder[0] = 0;
	return false;
}

static bool set_filter(const struct tracefs *trace, int vmid)
{
	char name[64], filter[32];

	if (vmid < 0)
		return true;
	snprintf(filter, sizeof(filter), "vm==%d", vmid);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		snprintf(name, sizeof(name), "events/m3ipc/%s/filter", events[i]);
		if (!write_file(trace, name, filter))
			return false;
	}
	return true;
}

static bool start(struct tracefs *trace, int vmid)
{
	char path[PATH_MAX + 16];

	/* Every event at once, times that can be told, and room for a burst. */
	if (!write_file(trace, "buffer_percent", "0") || !write_file(trace, "trace_clock", "mono"))
		return false;
	write_file(trace, "buffer_size_kb", BUFFER_KB);
	if (!set_filter(trace, vmid))
		return false;
	snprintf(path, sizeof(path), "%s/trace_pipe", trace->folder);
	trace->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return trace->pipe >= 0 && write_file(trace, "events/m3ipc/enable", "1");
}

bool tracefs_open(struct tracefs *trace, int vmid)
{
	*trace = (struct tracefs){.pipe = -1};
	if (!make_instance(trace))
		return false;
	if (start(trace, vmid))
		return true;
	failed("cannot set up %s: %s; see that no other program removes it", trace->folder,
	       strerror(errno));
	tracefs_close(trace);
	return false;
}

void tracefs_stop(struct tracefs *trace)
{
	write_file(trace, "events/m3ipc/enable", "0");
}

unsigned long tracefs_lost(const struct tracefs *trace)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	unsigned long lost = 0;

	for (long cpu = 0; cpu < cpus; cpu++) {
		char path[PATH_MAX + 64], line[128];
		unsigned long count;
		FILE *file;

		snprintf(path, sizeof(path), "%s/per_cpu/cpu%ld/stats", trace->folder, cpu);
		file = fopen(path, "re");
		while (file && fgets(line, sizeof(line), file))
			if (sscanf(line, "overrun: %lu", &count) == 1 ||
			    sscanf(line, "dropped events: %lu", &count) == 1)
				lost += count;
		if (file)
			fclose(file);
	}
	return lost;
}

void tracefs_close(struct tracefs *trace)
{
	if (trace->pipe >= 0)
		close(trace->pipe);
	trace->pipe = -1;
	if (trace->folder[0] && rmdir(trace->folder) < 0)
		failed("cannot remove %s: %s; rmdir it", trace->folder, strerror(errno));
	trace->folder[0] = 0;
}
