// SPDX-License-Identifier: Apache-2.0
// The agent link, version 1: JSON text frames over one TLS WebSocket (design: control-plane, "The agent link").
import { z } from 'zod';
import { epochSchema, placedDocumentSchema } from './node-document.js';
import { nodeStatusSchema } from './status.js';
import { nodeId, procNr, vmId } from './names.js';

export const LINK_VERSION = 1;
/** Both sides send a ping this often. */
export const PING_SECONDS = 5;
/** A node is Unknown this long after its last frame. */
export const LEASE_SECONDS = 15;
/** Agents gather status changes this long. */
export const STATUS_BATCH_MS = 200;
/** Largest frame either side accepts, in bytes. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** Deepest nesting of arrays and objects in a frame. */
export const MAX_FRAME_DEPTH = 16;
/**
 * What an agent may send: so many frames and bytes a second, after a burst. Answers to what the manager asked for do not
 * count. One that sends more is disconnected (`TooManyFrames`).
 */
export const FRAME_RATE = {
  perSecond: 100,
  burst: 1_000,
  bytesPerSecond: 8 * 1024 * 1024,
  burstBytes: 32 * 1024 * 1024,
} as const;
/** Request header that carries a session token in place of Basic credentials (`Authorization: Bearer`). */
export const SESSION_SCHEME = 'Bearer';

/** Decimal string: a Postgres bigint, which has room for every number of 18 digits. */
const revision = z.string().regex(/^[0-9]{1,18}$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const appliedRefSchema = z.object({ epoch: epochSchema, revision, digest });
export type AppliedRef = z.infer<typeof appliedRefSchema>;

export const helloSchema = z.object({
  type: z.literal('hello'),
  nodeDn: z.string().min(1).max(8_192),
  machineId: z.string().min(1).max(1_024),
  bootId: z.string().min(1).max(1_024),
  agentVersion: z.string().max(256),
  moduleVersion: z.string().max(256).nullable(),
  linkVersions: z.array(z.number().int()).min(1).max(256),
  applied: appliedRefSchema.nullable(),
  capabilities: z.array(z.string().max(256)).max(256),
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

/**
 * What an agent may offer in hello's `capabilities` beyond the frames of the first release. A manager sends the frames of
 * a capability only to agents that have it: an agent that does not know a frame ends the session.
 */
export const CAPABILITIES = {
  /** `command` is obeyed and answered with `outcome`. */
  command: 'command',
  /** `elsewhere` is heeded: drvsAfter reaches across nodes. */
  elsewhere: 'elsewhere',
  /** `journal-open`, `journal-more` and `journal-close` are answered with `journal`. */
  journal: 'journal',
} as const;

/** What a person asked the manager to have done on one node now; nothing of it is desired state. */
export const commandActionSchema = z.discriminatedUnion('kind', [
  /** Stops a launched process; it starts again as desired. */
  z.object({ kind: z.literal('restart'), vmId, nr: procNr }),
  /** How a drain goes: when it has failed, and whether those that are still bound then are unbound. */
  z.object({ kind: z.literal('drain'), limitSeconds: z.number().int().min(0).max(86_400), force: z.boolean() }),
]);
export type CommandAction = z.infer<typeof commandActionSchema>;
export const commandSchema = z.object({
  type: z.literal('command'),
  id: z.string().min(1),
  action: commandActionSchema,
});
/** The answer to a command: whether it will be done, not whether it has been. */
export const outcomeSchema = z.object({
  type: z.literal('outcome'),
  id: z.string().min(1),
  accepted: z.boolean(),
  code: z.string().optional(),
  message: z.string().optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** A process on another node that one here starts after, or that starts after one here. */
export const processElsewhereSchema = z.object({
  vmId,
  nr: procNr,
  nodeId,
  name: z.string(),
  /** By the last word of its node. */
  bound: z.boolean(),
  /** False when its node is Unknown or Reconnecting: the last word may no longer be true. */
  fresh: z.boolean(),
  launched: z.boolean(),
  /** Numbers of the processes that it starts after. */
  after: z.array(procNr),
});
export type ProcessElsewhere = z.infer<typeof processElsewhereSchema>;
/** The whole set, each time. */
export const elsewhereSchema = z.object({ type: z.literal('elsewhere'), processes: z.array(processElsewhereSchema) });

/** Most `journal` frames an agent sends ahead of `journal-more`. */
export const JOURNAL_WINDOW = 8;
/** Most bytes of text in one `journal` frame, and of one line. */
export const MAX_JOURNAL_FRAME_BYTES = 64 * 1024;
export const MAX_JOURNAL_LINE_BYTES = 8 * 1024;
/** Journals an agent reads at once. */
export const MAX_JOURNALS = 4;
/** Most lines from before now that a reader may ask for. */
export const MAX_JOURNAL_LINES = 10_000;

const journalId = z.string().min(1).max(64);
export const journalOpenSchema = z.object({
  type: z.literal('journal-open'),
  id: journalId,
  vmId,
  nr: procNr,
  /** Lines from before now. */
  lines: z.number().int().min(0).max(MAX_JOURNAL_LINES),
  follow: z.boolean(),
});
/** So many frames have gone on to the reader: as many more may come. */
export const journalMoreSchema = z.object({
  type: z.literal('journal-more'),
  id: journalId,
  frames: z.number().int().min(1).max(JOURNAL_WINDOW),
});
export const journalCloseSchema = z.object({ type: z.literal('journal-close'), id: journalId });
export const journalEntrySchema = z.object({
  /** RFC 3339 instant on the node. */
  at: z.string(),
  /** syslog's: 0 emergency to 7 debug. */
  priority: z.number().int().min(0).max(7),
  pid: z.number().int().nullable(),
  text: z.string(),
});
export type JournalEntry = z.infer<typeof journalEntrySchema>;
export const journalFrameSchema = z.object({
  type: z.literal('journal'),
  id: journalId,
  entries: z.array(journalEntrySchema),
  /** The last frame of this reader, and why it ends; `End` when all that was asked for has been sent. */
  end: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type JournalFrame = z.infer<typeof journalFrameSchema>;

export const agentFrameSchema = z.discriminatedUnion('type', [
  helloSchema,
  appliedSchema,
  statusFrameSchema,
  eventFrameSchema,
  pingSchema,
  pongSchema,
  resyncSchema,
  outcomeSchema,
  journalFrameSchema,
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
  commandSchema,
  elsewhereSchema,
  journalOpenSchema,
  journalMoreSchema,
  journalCloseSchema,
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
  tooMany: 4429,
  goingAway: 1001,
} as const;
