// SPDX-License-Identifier: Apache-2.0
// Planning and writing change sets: POST /plan, POST /changes, GET /changes/<id> under /api/v1/systems/<system>.
import { z } from 'zod';
import { apiErrorSchema, heldViewSchema } from './api.js';
import { problemSchema } from './problem.js';

const lists = z.record(z.string(), z.array(z.string()));
const dn = z.string().min(1).max(8192);

/** One modification; no values at all with `delete` means the whole attribute. */
export const modificationSchema = z.object({
  op: z.enum(['add', 'delete', 'replace']),
  attribute: z.string().min(1).max(256),
  values: z.array(z.string()),
  /** Values that are not text, in base64. */
  binary: z.array(z.string()).optional(),
});

/** One write, as in a record of LDIF. */
export const writeOperationSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('add'), dn, attributes: lists, binary: lists.optional() }),
  z.object({ op: z.literal('modify'), dn, changes: z.array(modificationSchema).min(1) }),
  z.object({ op: z.literal('delete'), dn }),
  z.object({ op: z.literal('rename'), dn, newRdn: dn, newSuperior: dn.optional() }),
]);

/** Most operations of one change set. */
export const MOST_OPERATIONS = 10_000;

const changeSetShape = {
  /** LDIF (RFC 2849): change records, or content records to add. */
  ldif: z.string().optional(),
  operations: z.array(writeOperationSchema).min(1).max(MOST_OPERATIONS).optional(),
};
const ONE_FORM = 'give either ldif or operations';

/** POST /plan. Operations are carried out in the order given. */
export const changeSetSchema = z
  .object(changeSetShape)
  .refine(({ ldif, operations }) => (ldif === undefined) !== (operations === undefined), ONE_FORM);
export type ChangeSet = z.infer<typeof changeSetSchema>;

/** POST /changes. A destructive change set needs the id of a plan that still fits, or `force` with a reason. */
export const changeRequestSchema = z
  .object({
    ...changeSetShape,
    plan: z.string().optional(),
    force: z.boolean().optional(),
    reason: z.string().min(1).max(1000).optional(),
  })
  .refine(({ ldif, operations }) => (ldif === undefined) !== (operations === undefined), ONE_FORM)
  .refine(({ force, reason }) => force !== true || reason !== undefined, 'force needs a reason');
export type ChangeRequest = z.infer<typeof changeRequestSchema>;

/** Query of a write: with `true` it is only planned, and the answer is the plan. */
export const dryRunQuerySchema = z.object({ dryRun: z.enum(['true', 'false']).optional() });
export type DryRunQuery = z.infer<typeof dryRunQuerySchema>;

/** Why one operation cannot be carried out. */
export const changeFaultSchema = z.object({
  /** Place of the operation in the change set, from 0; for LDIF that cannot be read, null. */
  index: z.number().int().nullable(),
  /** Line of the LDIF, where one was given. */
  line: z.number().int().nullable(),
  dn: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
});
export type ChangeFaultView = z.infer<typeof changeFaultSchema>;

export const planViewSchema = z.object({
  /** Names the operations and what they would do now. Applying by it is refused once they would do something else. */
  id: z.string(),
  /** The revision it was made at. */
  revision: z.string(),
  operations: z.number().int(),
  /** Not empty: the change set cannot be applied. */
  faults: z.array(changeFaultSchema),
  /** Problems that the records would have. Not empty: the change set cannot be applied. */
  problems: z.array(problemSchema),
  /** What would be desired otherwise. */
  objects: z.array(
    z.object({
      kind: z.enum(['system', 'node', 'vm', 'process']),
      op: z.enum(['add', 'modify', 'delete', 'rename', 'hold', 'release']),
      dn: z.string(),
    }),
  ),
  /** Each node whose document would change, and the fields in which. */
  nodes: z.array(z.object({ node: z.string(), fields: z.array(z.string()) })),
  /** What would end. */
  effects: heldViewSchema.shape.effects,
  /** Bound processes that would end. */
  ends: z.array(z.object({ vm: z.string(), name: z.string(), nr: z.number().int(), node: z.string() })),
  /** True when something bound ends, or a node or a placement goes. */
  destructive: z.boolean(),
});
export type PlanView = z.infer<typeof planViewSchema>;

/** The answer where a plan no longer fits, or is needed: `current` is what the change set would do now. */
export const planConflictSchema = apiErrorSchema.extend({ current: planViewSchema });

export const CHANGE_STATES = ['waiting', 'writing', 'done', 'refused', 'failed'] as const;
export const changeViewSchema = z.object({
  id: z.string(),
  state: z.enum(CHANGE_STATES),
  actor: z.string(),
  reason: z.string().nullable(),
  at: z.string(),
  operations: z.number().int(),
  /** Operations that the directory has carried out. */
  written: z.number().int(),
  /** The revision at which the follower had seen all of it; null before, and where it had not within 15 s. */
  revision: z.string().nullable(),
  /** Why it was refused or failed, and what became of what was written by then. */
  message: z.string().nullable(),
});
export type ChangeView = z.infer<typeof changeViewSchema>;

/** GET /revisions/<number>/ldif: change records. */
export const revisionLdifSchema = z.object({
  revision: z.string(),
  /** What it did. */
  forward: z.string(),
  /** What takes it back. */
  backward: z.string(),
});
export type RevisionLdif = z.infer<typeof revisionLdifSchema>;

/** GET /revisions/<number>/rollback: a change set for POST /plan and POST /changes. */
export const rollbackViewSchema = z.object({
  revision: z.string(),
  /** Empty: the directory is as it was then. */
  ldif: z.string(),
  operations: z.number().int(),
  /** DNs of nodes that come back without their password: set a new one. */
  passwordsLost: z.array(z.string()),
});
export type RollbackView = z.infer<typeof rollbackViewSchema>;
