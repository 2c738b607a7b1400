// SPDX-License-Identifier: Apache-2.0
// The agent link, version 1: JSON text frames over one TLS WebSocket (design: control-plane, "The agent link").
import { z } from 'zod';
import { epochSchema, placedDocumentSchema } from './node-document.js';
import { nodeStatusSchema } from './status.js';
import { procNr, vmId } from './names.js';

export const LINK_VERSION = 1;
/** Both sides send a ping this often. */
export const PING_SECONDS = 5;
/** A node is Unknown this long after its last frame. */
export const LEASE_SECONDS = 15;
/** Agents gather status changes this long. */
export const STATUS_BATCH_MS = 200;
/** Largest frame either side accepts, in bytes. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** Request header that carries a session token in place of Basic credentials (`Authorization: Bearer`). */
export const SESSION_SCHEME = 'Bearer';

const revision = z.string().regex(/^[0-9]+$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const appliedRefSchema = z.object({ epoch: epochSchema, revision, digest });
export type AppliedRef = z.infer<typeof appliedRefSchema>;

export const helloSchema = z.object({
  type: z.literal('hello'),
  nodeDn: z.string().min(1),
  machineId: z.string().min(1),
  bootId: z.string().min(1),
  agentVersion: z.string(),
  moduleVersion: z.string().nullable(),
  linkVersions: z.array(z.number().int()).min(1),
  applied: appliedRefSchema.nullable(),
  capabilities: z.array(z.string()),
});

export const welcomeSchema = z.object({
  type: z.literal('welcome'),
  linkVersion: z.number().int(),
  sessionToken: z.string(),
  leaseSeconds: z.number().int(),
  epoch: epochSchema,
  revision,
});

export const objectResultSchema = z.object({
  /** `node`, `vm:<vmid>` or `process:<vmid>:<nr>`. */
  object: z.string(),
  result: z.enum(['in-sync', 'progressing', 'failed']),
  code: z.string().optional(),
  message: z.string().optional(),
  attempt: z.number().int().optional(),
  /** RFC 3339 instant of the next try. */
  nextTry: z.string().optional(),
});
export type ObjectResult = z.infer<typeof objectResultSchema>;

/** Sent when a turn has ended: what of the document holds now. `inSync` = every object is. */
export const appliedSchema = z.object({
  type: z.literal('applied'),
  epoch: epochSchema,
  revision,
  digest,
  inSync: z.boolean(),
  results: z.array(objectResultSchema),
});

/** Full status; `full` tells a session's first or periodic one. Small (one node), so always whole. */
export const statusFrameSchema = z.object({ type: z.literal('status'), full: z.boolean(), status: nodeStatusSchema });

export const NODE_EVENT_KINDS = [
  'bind',
  'unbind',
  'vm-up',
  'vm-down',
  'unit-failed',
  'link-up',
  'link-down',
  'lost',
] as const;
export const nodeEventSchema = z.object({
  kind: z.enum(NODE_EVENT_KINDS),
  /** RFC 3339 instant on the node. */
  at: z.string(),
  vmId: vmId.optional(),
  nr: procNr.optional(),
  endpoint: z.number().int().optional(),
  pid: z.number().int().optional(),
  /** `exit:<code>`, `signal:<number>`, `call`, `exec`, `vm-end`, ... */
  cause: z.string().optional(),
  message: z.string().optional(),
});
export type NodeEvent = z.infer<typeof nodeEventSchema>;
export const eventFrameSchema = z.object({ type: z.literal('event'), events: z.array(nodeEventSchema) });

export const pingSchema = z.object({
  type: z.literal('ping'),
  epoch: epochSchema.nullable(),
  revision: revision.nullable(),
});
export const pongSchema = z.object({
  type: z.literal('pong'),
  epoch: epochSchema.nullable(),
  revision: revision.nullable(),
});
export const resyncSchema = z.object({ type: z.literal('resync'), reason: z.string() });
/** Sent by the manager before it closes a session it refuses. */
export const refusedSchema = z.object({ type: z.literal('refused'), code: z.string(), message: z.string() });

export const agentFrameSchema = z.discriminatedUnion('type', [
  helloSchema,
  appliedSchema,
  statusFrameSchema,
  eventFrameSchema,
  pingSchema,
  pongSchema,
  resyncSchema,
]);
/** What an agent may send. */
export type AgentFrame = z.infer<typeof agentFrameSchema>;

export const managerFrameSchema = z.discriminatedUnion('type', [
  welcomeSchema,
  z.object({ type: z.literal('desired'), ...placedDocumentSchema.shape }),
  pingSchema,
  pongSchema,
  resyncSchema,
  refusedSchema,
]);
/** What a manager may send. */
export type ManagerFrame = z.infer<typeof managerFrameSchema>;

/** WebSocket close codes of the link. */
export const LINK_CLOSE = {
  badFrame: 4400,
  unauthorised: 4401,
  duplicateIdentity: 4409,
  superseded: 4410,
  tooSlow: 4413,
  versionMismatch: 4426,
  goingAway: 1001,
} as const;
