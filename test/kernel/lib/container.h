/* SPDX-License-Identifier: Apache-2.0 */
/* Containers for tests: processes in user, pid and mount namespaces of their own. */
#ifndef CONTAINER_H
#define CONTAINER_H

#include <sys/types.h>

#include "m3ipc.h"

/* FIRST and SECOND are two accounts of this machine; RANGE is where a container's 65,536 accounts start. */
enum { FIRST = 1000, SECOND = 2000, RANGE = 100000, OWN_VMID = 3072 };

/* Runs @body as root of a container whose only account is @uid of this machine. */
pid_t start_container(unsigned int uid, void (*body)(void));
/* Runs @body as root of a container with accounts 0..65535, RANGE.. of this machine. One in a test. */
pid_t start_range_container(void (*body)(void));
/* The same, of a container that account @uid of this machine makes, with accounts that root maps for it. */
pid_t start_users_range_container(unsigned int uid, void (*body)(void));

/* Makes a VM and works in it from now on. */
void make_vm(int vmid, const char *name, unsigned int mode);
/* The lpid that /proc/drvs shows for process @nr; -1: no line. */
int shown_lpid(const char *name, int nr);
/* The next event of this type of OWN_VMID, waiting for it a while. */
m3_event_t next_own_event(int fd, unsigned int type);

#endif
