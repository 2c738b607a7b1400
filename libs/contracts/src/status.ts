// SPDX-License-Identifier: Apache-2.0
// Actual state, as the kernel and systemd of one node say it.
import { z } from 'zod';
import { conditionSchema } from './condition.js';
import { nodeId, procNr, vmId } from './names.js';

export const STANDINGS = ['InSync', 'Progressing', 'Failed', 'Unmanaged'] as const;
export type Standing = (typeof STANDINGS)[number];

/** State of a process as people see it. `bound` is the kernel's word; the rest explain why it is not. */
export const PROCESS_STATES = [
  'bound', // the kernel reports the bind
  'admitting', // slot reserved, nobody bound yet (admitted process)
  'starting', // unit asked for, not bound yet
  'stopping', // being ended
  'failed', // the unit failed or the step failed; see the message
  'absent', // nothing of it exists on its node
] as const;
export type ProcessState = (typeof PROCESS_STATES)[number];

/** How an object stands against what is desired of it, in the words of conditions. Absent from agents of the first release. */
const standing = {
  standing: z.enum(STANDINGS).optional(),
  /** Stable code of why, e.g. `Binding`, `StillBound`, `UnitFailed`. */
  reason: z.string().max(64).optional(),
};

export const actualProcessSchema = z.object({
  vmId,
  nr: procNr,
  /** Name in the kernel (comm) or of the desired object. */
  name: z.string(),
  state: z.enum(PROCESS_STATES),
  endpoint: z.number().int().nullable(),
  /** pid in the node's initial pid namespace, null when nothing is bound. */
  pid: z.number().int().nullable(),
  /** systemd unit, where we launched it. */
  unit: z.string().nullable(),
  /** What the kernel says it does now: `running`, `sending`, `receiving`, ... */
  activity: z.string().nullable(),
  /** Messages since the bind. */
  messagesSent: z.number().int().nonnegative(),
  bytesCopied: z.number().int().nonnegative(),
  message: z.string().optional(),
  ...standing,
});
export type ActualProcess = z.infer<typeof actualProcessSchema>;

export const VM_STATES = ['up', 'absent', 'failed'] as const;
export const actualVmSchema = z.object({
  vmId,
  name: z.string(),
  state: z.enum(VM_STATES),
  /** False for a VM made by hand on the node (`Unmanaged`). */
  managed: z.boolean(),
  message: z.string().optional(),
  ...standing,
});
export type ActualVm = z.infer<typeof actualVmSchema>;

export const nodeStatusSchema = z.object({
  /** nodeid in force in the kernel, null while the DRVS is not initialised. */
  nodeId: nodeId.nullable(),
  /** Where the nodeid came from. */
  nodeIdSource: z.enum(['boot', 'command', 'directory', 'none']),
  moduleLoaded: z.boolean(),
  moduleVersion: z.string().nullable(),
  kernel: z.string(),
  /** Which source acts: the manager's documents, the agent's own LDAP reading, its last good document, or none yet. */
  acting: z.enum(['manager', 'directory', 'last-good', 'none']),
  conditions: z.array(conditionSchema),
  vms: z.array(actualVmSchema),
  processes: z.array(actualProcessSchema),
});
/** Full status of one node. */
export type NodeStatus = z.infer<typeof nodeStatusSchema>;

/** Liveness of a node as the manager sees it. */
export const NODE_STATES = [
  'InSync', // session live, applied digest equals the desired one
  'Progressing', // session live, not there yet
  'Degraded', // session live, something failed or a condition is true
  'Reconnecting', // its replica was lost; waiting for it to come back
  'Unknown', // nothing heard for 15 s
  'NeverSeen', // no agent has ever connected
] as const;
export type NodeState = (typeof NODE_STATES)[number];
