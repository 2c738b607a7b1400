// SPDX-License-Identifier: Apache-2.0
// Work over several processes or minutes that a manager does for people: POST /operations and what became of it. What is
// desired stays in the directory; an operation only has things done.
import { z } from 'zod';
import { nodeName, objectName } from './names.js';
import { MAX_JOURNAL_LINES } from './link.js';

const reason = z.string().min(1).max(1000);

/** Restart launched processes, a few at a time: those of a VM, of a node, or both; all of them, or those named. */
export const restartRequestSchema = z.object({
  kind: z.literal('restart'),
  vm: objectName.optional(),
  node: nodeName.optional(),
  /** Names of processes of `vm`. */
  processes: z.array(objectName).min(1).max(1000).optional(),
  /** How many are down at once. */
  batch: z.number().int().min(1).max(1000).default(1),
  /** Between one batch and the next. */
  pauseSeconds: z.number().int().min(0).max(3600).default(0),
  /** With more than so many failed it stops and waits for somebody to resume it. */
  maxFailures: z.number().int().min(0).max(1000).default(0),
  reason,
});

/** How the drain of a node goes that the directory calls drained. */
export const drainRequestSchema = z.object({
  kind: z.literal('drain'),
  node: nodeName,
  limitSeconds: z.number().int().min(0).max(86_400).default(600),
  /** Unbind those that are still bound after the limit. */
  force: z.boolean().default(false),
  reason,
});

export const operationRequestSchema = z.discriminatedUnion('kind', [restartRequestSchema, drainRequestSchema]);
export type OperationRequest = z.input<typeof operationRequestSchema>;
/** With its defaults filled in. */
export type OperationSpec = z.output<typeof operationRequestSchema>;

/** Answer of POST /operations?dryRun=true: what it would act upon, in that order. */
export const operationPlanSchema = z.object({
  kind: z.enum(['restart', 'drain']),
  /** The revision it was made at. */
  revision: z.string(),
  targets: z.array(
    z.object({
      node: z.string(),
      /** `vm/process`, null where it is the node. */
      process: z.string().nullable(),
    }),
  ),
});
export type OperationPlan = z.infer<typeof operationPlanSchema>;

export const OPERATION_STATES = ['running', 'paused', 'done', 'failed', 'stopped'] as const;
export const TARGET_STATES = ['waiting', 'asked', 'accepted', 'done', 'failed'] as const;
export type TargetState = (typeof TARGET_STATES)[number];

export const operationViewSchema = z.object({
  id: z.string(),
  kind: z.enum(['restart', 'drain']),
  state: z.enum(OPERATION_STATES),
  actor: z.string(),
  reason: z.string(),
  at: z.string(),
  endedAt: z.string().nullable(),
  /** Why it is paused or failed, or what it waits for. */
  message: z.string().nullable(),
  progress: z.object({
    total: z.number().int(),
    done: z.number().int(),
    failed: z.number().int(),
    underWay: z.number().int(),
  }),
  targets: z.array(
    z.object({
      node: z.string(),
      /** `vm/process`, null where it is the node. */
      process: z.string().nullable(),
      state: z.enum(TARGET_STATES),
      message: z.string().nullable(),
    }),
  ),
});
export type OperationView = z.infer<typeof operationViewSchema>;

/** Query of GET /processes/<vm>/<process>/log: lines from before now, and whether to go on with those that come. */
export const logQuerySchema = z.object({
  lines: z.coerce.number().int().min(0).max(MAX_JOURNAL_LINES).optional(),
  follow: z.enum(['true', 'false']).optional(),
});
export type LogQuery = z.infer<typeof logQuerySchema>;
