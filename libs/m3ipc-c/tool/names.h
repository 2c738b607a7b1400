/* SPDX-License-Identifier: Apache-2.0 */
/* The names of VMs and processes that a trace tells of, the ended ones included. */
#ifndef M3_TOOL_NAMES_H
#define M3_TOOL_NAMES_H

/* Notes what a process calls itself. */
void names_learn(int vmid, int endpoint, const char *name);
/* The name of a process, "" if it was never known. Valid until the next call. */
const char *names_process(int vmid, int endpoint);
/* The name of a VM, "" if it was never known. */
const char *names_vm(int vmid);

#endif
