// SPDX-License-Identifier: Apache-2.0
// REST shapes under /api/v1/systems/<system> (design: control-plane, "API, CLI, console").
import { z } from 'zod';
import { conditionSchema } from './condition.js';
import { NODE_ADMIN_STATES, VM_ADMIN_STATES } from './names.js';
import { problemSchema } from './problem.js';
import { NODE_STATES, PROCESS_STATES, type NodeState } from './status.js';

const revision = z.string();

/** Errors: RFC 9457 problem documents with a stable `code`. */
export const apiErrorSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string().optional(),
  remedy: z.string().optional(),
  instance: z.string().optional(),
});
export type ApiError = z.infer<typeof apiErrorSchema>;

export const processViewSchema = z.object({
  vm: z.string(),
  vmId: z.number().int(),
  name: z.string(),
  nr: z.number().int(),
  /** Name of the node it belongs on. */
  node: z.string(),
  kind: z.enum(['launched', 'admitted', 'unmanaged']),
  desired: z.boolean(),
  held: z.boolean(),
  invalid: z.boolean(),
  state: z.enum(PROCESS_STATES),
  /** True when the node is Unknown or Reconnecting: the state is the last one known. */
  stale: z.boolean(),
  endpoint: z.number().int().nullable(),
  pid: z.number().int().nullable(),
  unit: z.string().nullable(),
  activity: z.string().nullable(),
  messagesSent: z.number().int(),
  message: z.string().optional(),
});
export type ProcessView = z.infer<typeof processViewSchema>;

/** A VM is `up` when each node it spans has it; `partial` when some do; `stopped` on purpose; `unknown` if all spanned nodes are. */
export const VM_VIEW_STATES = ['up', 'partial', 'stopped', 'down', 'unknown'] as const;
export const vmViewSchema = z.object({
  name: z.string(),
  vmId: z.number().int(),
  dn: z.string(),
  adminState: z.enum(VM_ADMIN_STATES),
  state: z.enum(VM_VIEW_STATES),
  held: z.boolean(),
  invalid: z.boolean(),
  /** Node names. */
  spans: z.array(z.string()),
  /** State of the VM on each node it spans. */
  nodes: z.array(z.object({ node: z.string(), state: z.string(), stale: z.boolean() })),
  processes: z.array(processViewSchema),
});
export type VmView = z.infer<typeof vmViewSchema>;

export const nodeViewSchema = z.object({
  name: z.string(),
  nodeId: z.number().int(),
  dn: z.string(),
  adminState: z.enum(NODE_ADMIN_STATES),
  state: z.enum(NODE_STATES),
  held: z.boolean(),
  invalid: z.boolean(),
  addresses: z.array(z.string()),
  /** RFC 3339 instant of the last frame, null if never. */
  lastSeen: z.string().nullable(),
  desiredRevision: revision.nullable(),
  appliedRevision: revision.nullable(),
  /** Equal digests, not equal revisions. */
  inSync: z.boolean(),
  kernelNodeId: z.number().int().nullable(),
  nodeIdSource: z.string(),
  agentVersion: z.string().nullable(),
  moduleVersion: z.string().nullable(),
  kernel: z.string().nullable(),
  bootId: z.string().nullable(),
  acting: z.string(),
  conditions: z.array(conditionSchema),
});
export type NodeView = z.infer<typeof nodeViewSchema>;

/** Lists carry the revision they were read at. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ revision, items: z.array(item), next: z.string().nullable() });
}

/** Query of every list: `cursor` is the `next` of the page before it, `limit` the most items wanted. */
export const pageQuerySchema = z.object({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** Query of GET /processes: names of the VM and of the node to keep. */
export const processesQuerySchema = pageQuerySchema.extend({
  vm: z.string().optional(),
  node: z.string().optional(),
});
export type ProcessesQuery = z.infer<typeof processesQuerySchema>;

const epochSchema = z.object({ counter: z.number().int(), uuid: z.string() });

export const FOLLOWER_STATES = ['current', 'catching-up', 'disconnected', 'standby'] as const;
const followerSchema = z.object({
  state: z.enum(FOLLOWER_STATES),
  /** `refreshAndPersist`, `refreshOnly` or `fullRead`. */
  rung: z.string(),
  /** Seconds since the directory was last known to be followed. */
  stalenessSeconds: z.number(),
  message: z.string().nullable(),
});

export const topologyViewSchema = z.object({
  system: z.string(),
  /** DN of the system's entry; its nodes and VMs are in `ou=nodes` and `ou=vms` below it. */
  base: z.string(),
  revision,
  epoch: epochSchema,
  follower: followerSchema,
  problems: z.number().int(),
  held: z.number().int(),
  nodes: z.array(nodeViewSchema),
  vms: z.array(vmViewSchema),
});
/** GET /topology */
export type TopologyView = z.infer<typeof topologyViewSchema>;

/** A certificate the manager relies on: its own, or that of an authority it trusts. */
export const certificateViewSchema = z.object({
  certificate: z.enum(['server', 'ldap_ca', 'manager_ca']),
  /** RFC 3339 instant; of several in one file the first to expire. */
  expiresAt: z.string(),
});
export type CertificateView = z.infer<typeof certificateViewSchema>;

export const systemStatusSchema = z.object({
  system: z.string(),
  /** The newest revision the answering replica knows; null while it knows none. */
  revision: revision.nullable(),
  /** The newest revision there is. */
  storedRevision: revision,
  epoch: epochSchema.nullable(),
  follower: followerSchema,
  problems: z.number().int(),
  held: z.number().int(),
  /** Change sets that are not ended. */
  changesWaiting: z.number().int(),
  /** How many nodes are in each state. */
  nodes: z.object(
    Object.fromEntries(NODE_STATES.map((state) => [state, z.number().int()])) as Record<NodeState, z.ZodInt>,
  ),
  vms: z.number().int(),
  processes: z.number().int(),
  /** Agents connected to the answering replica. */
  sessions: z.number().int(),
  certificates: z.array(certificateViewSchema),
});
/** GET /status: counts, how the directory is followed, and what will expire. */
export type SystemStatus = z.infer<typeof systemStatusSchema>;

export const problemViewSchema = problemSchema.extend({ since: z.string() });
export type ProblemView = z.infer<typeof problemViewSchema>;

export const revisionViewSchema = z.object({
  revision,
  at: z.string(),
  cause: z.string(),
  /** modifiersName of the newest entry in the batch, where known. */
  author: z.string().nullable(),
  changes: z.array(
    z.object({
      kind: z.enum(['system', 'node', 'vm', 'process']),
      op: z.enum(['add', 'modify', 'delete', 'rename', 'hold', 'release']),
      dn: z.string(),
      before: z.unknown(),
      after: z.unknown(),
      csn: z.string().nullable(),
      author: z.string().nullable(),
    }),
  ),
});
export type RevisionView = z.infer<typeof revisionViewSchema>;

export const heldViewSchema = z.object({
  /** Hash of the whole held set; a confirm or refuse must carry it. */
  hash: z.string(),
  since: z.string().nullable(),
  reason: z.string().nullable(),
  /** What confirming would do. */
  effects: z.object({
    processesEnded: z.number().int(),
    placementsRemoved: z.number().int(),
    nodesRemoved: z.number().int(),
  }),
  items: z.array(
    z.object({
      kind: z.enum(['system', 'node', 'vm', 'process']),
      dn: z.string(),
      name: z.string(),
      change: z.enum(['delete', 'modify']),
      /** Bound processes that would end. */
      bound: z.array(z.object({ vm: z.string(), name: z.string(), nr: z.number().int(), node: z.string() })),
    }),
  ),
});
/** GET /held */
export type HeldView = z.infer<typeof heldViewSchema>;

/** POST /held/confirm and /held/refuse; a stale hash is answered 409 with the present HeldView in `current`. */
export const heldDecisionSchema = z.object({ hash: z.string().min(1), reason: z.string().optional() });
export type HeldDecision = z.infer<typeof heldDecisionSchema>;
/** The answer to a decision whose hash is no longer that of the held set. */
export const heldConflictSchema = apiErrorSchema.extend({ current: heldViewSchema });
export type HeldConflict = z.infer<typeof heldConflictSchema>;
export const heldOutcomeSchema = z.object({
  decision: z.enum(['confirmed', 'refused']),
  revision,
  /** DNs restored (refuse) or released (confirm). */
  dns: z.array(z.string()),
  /** Nodes whose password could not be restored: set a new one. */
  passwordsLost: z.array(z.string()),
});
export type HeldOutcome = z.infer<typeof heldOutcomeSchema>;

/**
 * Query of GET /events. `after` is the id of the last event the reader has (a `Last-Event-ID` header wins over it); absent
 * means from now on. `follow=false` ends the stream after the newest stored event instead of waiting for more. The stream
 * opens with an id alone, the one it starts behind.
 */
export const eventsQuerySchema = z.object({
  after: z.string().optional(),
  follow: z.enum(['true', 'false']).optional(),
});
export type EventsQuery = z.infer<typeof eventsQuerySchema>;

/** SSE `GET /events?after=ID`: `id:` is a monotonic event id, `event:` the kind, `data:` this. */
export const apiEventSchema = z.object({
  id: z.string(),
  at: z.string(),
  kind: z.enum([
    'revision',
    'node-state',
    'process-state',
    'bind',
    'unbind',
    'vm-up',
    'vm-down',
    'problem',
    'held',
    'condition',
    'unit-failed',
    'operation',
    'lost',
  ]),
  revision: revision.nullable(),
  node: z.string().nullable(),
  vm: z.string().nullable(),
  process: z.string().nullable(),
  message: z.string(),
});
export type ApiEvent = z.infer<typeof apiEventSchema>;

/** A condition and the object it is about; GET /conditions. */
export const conditionViewSchema = conditionSchema.extend({
  kind: z.enum(['system', 'node']),
  /** Name of the system or of the node. */
  name: z.string(),
});
export type ConditionView = z.infer<typeof conditionViewSchema>;
