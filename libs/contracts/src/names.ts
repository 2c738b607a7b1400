// SPDX-License-Identifier: Apache-2.0
// Names and numbers that are legal everywhere in a DRVS, with the limits of the kernel module and the directory.
import { z } from 'zod';

/** Greatest nodeid + 1: a DRVS has at most 1024 nodes (nodeid 0..1023). */
export const MAX_NODES = 1024;
/** Greatest vmid. vmids are sparse; at most {@link MAX_VMS_PER_NODE} live on one node. */
export const MAX_VMID = 65_535;
export const MAX_VMS_PER_NODE = 4_096;
/** Defaults and limits of a VM's process table (numbers run from -tasks to procs - 1). */
export const DEFAULT_PROCS = 221;
export const MAX_PROCS = 16_000;
export const DEFAULT_TASKS = 35;
export const MAX_TASKS = 250;
/** System slots of a VM, tasks included: numbers -tasks .. sysprocs - tasks - 1. */
export const DEFAULT_SYSPROCS = 64;

/** `cn` of a VM or a process entry: starts with a letter, at most 31 bytes. */
export const OBJECT_NAME = /^[a-z][a-z0-9_-]{0,30}$/;

export const objectName = z.string().regex(OBJECT_NAME);
export const nodeName = z.string().min(1).max(253);
export const nodeId = z
  .number()
  .int()
  .min(0)
  .max(MAX_NODES - 1);
export const vmId = z.number().int().min(0).max(MAX_VMID);
export const procNr = z
  .number()
  .int()
  .min(-MAX_TASKS)
  .max(MAX_PROCS - 1);

export const NODE_ADMIN_STATES = ['active', 'cordoned', 'drained', 'paused', 'disabled'] as const;
export type NodeAdminState = (typeof NODE_ADMIN_STATES)[number];
export const VM_ADMIN_STATES = ['running', 'stopped'] as const;
export type VmAdminState = (typeof VM_ADMIN_STATES)[number];
export const PRIVILEGE_LEVELS = ['user', 'server', 'task', 'system'] as const;
export type PrivilegeLevel = (typeof PRIVILEGE_LEVELS)[number];
export const COPY_POLICIES = ['consent', 'grants'] as const;
export type CopyPolicy = (typeof COPY_POLICIES)[number];
export const MESSAGE_ABIS = ['native', 'compat'] as const;
export type MessageAbi = (typeof MESSAGE_ABIS)[number];
export const RESTART_POLICIES = ['no', 'on-failure', 'always'] as const;
export type RestartPolicy = (typeof RESTART_POLICIES)[number];
