// SPDX-License-Identifier: Apache-2.0
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- taking one ---- */

static int by_place(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	if (left->proc.p_dcid != right->proc.p_dcid)
		return left->proc.p_dcid < right->proc.p_dcid ? -1 : 1;
	return (left->proc.p_nr > right->proc.p_nr) - (left->proc.p_nr < right->proc.p_nr);
}

static int add_row(struct snapshot *now, const vm_usr_t *vm, const proc_usr_t *proc)
{
	unsigned int size = vm->dc_abi == M3_ABI_32 ? M3_MESSAGE_SIZE_32 : M3_MESSAGE_SIZE_64;
	struct row *row;

	if (now->count == now->room) {
		size_t room = now->room ? 2 * now->room : 64;

		row = realloc(now->rows, room * sizeof(*row));
		if (!row)
			return EMOLNOMEM;
		now->rows = row;
		now->room = room;
	}
	row = &now->rows[now->count++];
	memset(row, 0, sizeof(*row));
	memcpy(row->vm, vm->dc_name, sizeof(row->vm));
	row->proc = *proc;
	row->incarnation = vm->dc_incarnation;
	row->messages = proc->p_lclsent + proc->p_rmtsent + proc->p_received;
	row->bytes = row->messages * size + proc->p_lclcopy + proc->p_rmtcopy;
	return OK;
}

static int take_vm(struct snapshot *now, const vm_usr_t *vm)
{
	int nr = -vm->dc_nr_tasks, result;
	proc_usr_t proc;

	while ((result = mnx_proc_next(vm->dc_dcid, nr, &proc)) == OK) {
		/* Reserved numbers do nothing. */
		if (!(proc.p_rts_flags & SLOT_FREE)) {
			result = add_row(now, vm, &proc);
			if (result != OK)
				return result;
		}
		nr = proc.p_nr + 1;
	}
	/* No more, or the VM ended while we looked. */
	return result == EMOLBADPROC || result == EMOLDCNOTRUN ? OK : result;
}

static int take_vms(struct snapshot *now, int vmid)
{
	int next = 0, result;
	vm_usr_t vm;

	if (vmid >= 0) {
		result = mnx_getvminfo(vmid, &vm);
		return result == OK ? take_vm(now, &vm) : result;
	}
	while ((result = mnx_vm_next(next, &vm)) == OK) {
		result = take_vm(now, &vm);
		if (result != OK)
			return result;
		next = vm.dc_dcid + 1;
	}
	return result == EMOLDCNOTRUN || result == EMOLBADDCID ? OK : result;
}

/* The rows are in order of place, as they were taken. */
static void name_peers(struct snapshot *now)
{
	for (size_t i = 0; i < now->count; i++) {
		struct row *row = &now->rows[i];
		const struct row *peer;
		struct row wanted;

		row->peer = row->proc.p_rts_flags & SENDING ? row->proc.p_sendto
							    : row->proc.p_getfrom;
		if (row->peer == ANY || row->peer == NONE)
			continue;
		wanted.proc.p_dcid = row->proc.p_dcid;
		wanted.proc.p_nr = _ENDPOINT_P(row->peer);
		peer = bsearch(&wanted, now->rows, now->count, sizeof(wanted), by_place);
		if (peer && peer->proc.p_endpoint == row->peer)
			memcpy(row->peer_name, peer->proc.p_name, sizeof(row->peer_name));
	}
}

int snapshot_take(struct snapshot *now, int vmid)
{
	struct timespec time;
	drvs_usr_t drvs;
	int result;

	now->count = 0;
	result = mnx_getdrvsinfo(&drvs);
	if (result < 0)
		return result;
	now->nodeid = result;
	clock_gettime(CLOCK_MONOTONIC, &time);
	now->taken_ns = time.tv_sec * 1000000000ULL + time.tv_nsec;
	result = take_vms(now, vmid);
	name_peers(now);
	return result;
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->rows);
	memset(snapshot, 0, sizeof(*snapshot));
}

/* ---- comparing two ---- */

void snapshot_compare(struct snapshot *now, const struct snapshot *before)
{
	double seconds = (now->taken_ns - before->taken_ns) / 1e9;
	struct snapshot sorted = {.count = before->count};

	if (!before->count || seconds <= 0)
		return;
	sorted.rows = malloc(before->count * sizeof(*sorted.rows));
	if (!sorted.rows)
		return;
	memcpy(sorted.rows, before->rows, before->count * sizeof(*sorted.rows));
	qsort(sorted.rows, sorted.count, sizeof(*sorted.rows), by_place);
	for (size_t i = 0; i < now->count; i++) {
		struct row *row = &now->rows[i];
		const struct row *was =
			bsearch(row, sorted.rows, sorted.count, sizeof(*row), by_place);

		if (!was || was->incarnation != row->incarnation ||
		    was->proc.p_lives != row->proc.p_lives)
			continue;
		row->message_rate = (row->messages - was->messages) / seconds;
		row->byte_rate = (row->bytes - was->bytes) / seconds;
	}
	free(sorted.rows);
}

/* ---- sorting ---- */

static enum sort_key sort_key;

static int most_first(double a, double b)
{
	return (a < b) - (a > b);
}

static int by_key(const void *a, const void *b)
{
	const struct row *left = a, *right = b;
	int order = 0;

	switch (sort_key) {
	case SORT_MESSAGES:
		order = most_first(left->message_rate, right->message_rate);
		break;
	case SORT_BYTES:
		order = most_first(left->byte_rate, right->byte_rate);
		break;
	case SORT_BLOCKED:
		order = most_first(left->proc.p_blocked_ns, right->proc.p_blocked_ns);
		break;
	case SORT_PID:
		order = (left->proc.p_lpid > right->proc.p_lpid) -
			(left->proc.p_lpid < right->proc.p_lpid);
		break;
	case SORT_NAME:
		order = strcmp(left->proc.p_name, right->proc.p_name);
		break;
	case SORT_VM:
		break;
	}
	return order ? order : by_place(a, b);
}

void snapshot_sort(struct snapshot *now, enum sort_key key)
{
	sort_key = key;
	if (now->count)
		qsort(now->rows, now->count, sizeof(*now->rows), by_key);
}
