// SPDX-License-Identifier: Apache-2.0
/*
 * Between every call of a test and the module (ld's --wrap=ioctl): what the call may write is
 * filled with poison first. After a failure the poison must be there still; after a success none
 * of it may be left. Where a test gives an address on purpose that cannot be used there is
 * nothing to fill, and nothing is checked.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness.h"
#include "uapi/m3ipc.h"

/* Unlike the poison that tests send to each other in messages. */
enum { POISON = 0xd7, MOST = 512 };

/* The [out] part of the struct of a command. */
static const struct output {
	unsigned long request;
	size_t offset, size;
} outputs[] = {
#define FROM(name, type, field)                                            \
	{                                                                  \
		M3IPC_IOC_##name, offsetof(struct type, field),            \
			sizeof(struct type) - offsetof(struct type, field) \
	}
#define FIELD(name, type, field)                                                                  \
	{                                                                                         \
		M3IPC_IOC_##name, offsetof(struct type, field), sizeof(((struct type *)0)->field) \
	}
	FROM(GET_VERSION, m3ipc_version, abi), FROM(GET_DRVS, m3ipc_drvs_info, params),
	FROM(GET_NODE, m3ipc_node_info, name), FIELD(VM_INIT, m3ipc_vm_params, nodeid),
	FROM(GET_VM, m3ipc_vm_info, bound),    FROM(GET_SLOT, m3ipc_slot, set),
	FIELD(BIND, m3ipc_bind, endpoint),     FIELD(GETEP, m3ipc_getep, vmid),
	FIELD(GETEP, m3ipc_getep, endpoint),   FROM(GET_PROC, m3ipc_proc_info, endpoint),
	FROM(GET_PRIV, m3ipc_priv_args, priv),
};

/* One piece of memory that a call may write. */
struct piece {
	void *at;
	size_t size;
	bool filled; /* with poison; else it is input, too, and kept in before */
	bool watched;
	unsigned char before[MOST];
	unsigned char original[MOST]; /* put back after a failure */
};

/* Without a signal where there is no memory, or none to be written. */
static bool peek(void *to, void *from, size_t size)
{
	struct iovec local = {to, size}, remote = {from, size};

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size;
}

static bool poke(void *to, void *from, size_t size)
{
	struct iovec local = {from, size}, remote = {to, size};

	return process_vm_writev(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size;
}

static void watch(struct piece *piece, void *at, size_t size, bool fill)
{
	piece->at = at;
	piece->size = size;
	piece->filled = fill;
	piece->watched = peek(piece->original, at, size);
	memcpy(piece->before, piece->original, size);
	if (!fill || !piece->watched)
		return;
	memset(piece->before, POISON, size);
	piece->watched = poke(at, piece->before, size);
}

static void check(struct piece *piece, unsigned long request, int error)
{
	unsigned char after[MOST];
	size_t word = 0;

	if (!piece->watched || !peek(after, piece->at, piece->size))
		return;
	if (error) {
		/* What was copied out before a bad page is not defined. */
		if (error != EFAULT && memcmp(after, piece->before, piece->size)) {
			printf("# command 0x%02lx failed, yet wrote its output\n",
			       _IOC_NR(request));
			fflush(stdout);
			EXPECT(!"a failed call writes nothing");
		}
		poke(piece->at, piece->original, piece->size);
		return;
	}
	while (piece->filled && word < piece->size && memcmp(after + word, piece->before, 4))
		word += 4;
	if (piece->filled && word < piece->size) {
		printf("# command 0x%02lx left byte %zu of its output\n", _IOC_NR(request), word);
		fflush(stdout);
		EXPECT(!"a call that succeeds writes all of its output");
	}
}

static void watch_message(struct piece *piece, unsigned long request, void *argument)
{
	struct m3ipc_msg args;

	switch (request) {
	case M3IPC_IOC_RECEIVE:
	case M3IPC_IOC_RCVRQST:
	case M3IPC_IOC_SENDREC:
	case M3IPC_IOC_REPLYREC:
		if (peek(&args, argument, sizeof(args)))
			watch(piece, (void *)(uintptr_t)args.msg, sizeof(message),
			      request == M3IPC_IOC_RECEIVE || request == M3IPC_IOC_RCVRQST);
	}
}

int __real_ioctl(int fd, unsigned long request, void *argument);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct piece pieces[3] = {{.at = NULL}};
	va_list arguments;
	void *argument;
	int count = 1, result, error;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (_IOC_TYPE(request) != M3IPC_IOC_MAGIC)
		return __real_ioctl(fd, request, argument);
	watch_message(&pieces[0], request, argument);
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++)
		if (outputs[i].request == request)
			watch(&pieces[count++], (char *)argument + outputs[i].offset,
			      outputs[i].size, true);
	result = __real_ioctl(fd, request, argument);
	error = errno;
	if (result < 0)
		note_error(request, error);
	for (int i = 0; i < 3; i++)
		check(&pieces[i], request, result < 0 ? error : 0);
	errno = error;
	return result;
}
