// SPDX-License-Identifier: Apache-2.0
import { type DesiredSystem, MAX_NODES, MAX_PROCS, MAX_TASKS, MAX_VMID } from '@drvs/contracts';

/** What bounds the objects of a system. */
export type SystemLimits = Pick<DesiredSystem, 'maxNodes' | 'maxVms' | 'maxProcs' | 'maxTasks'>;

/** In force where the system entry says nothing: the limits of the kernel module. */
export const DEFAULT_LIMITS: SystemLimits = {
  maxNodes: MAX_NODES,
  maxVms: MAX_VMID + 1,
  maxProcs: MAX_PROCS,
  maxTasks: MAX_TASKS,
};
