// SPDX-License-Identifier: Apache-2.0
// GET /audit under /api/v1/systems/<system>: who did what, from where, and what came of it.
import { z } from 'zod';
import { pageQuerySchema } from './api.js';

/** `asked`: handed in; another row with the same `request` says what came of it. */
export const AUDIT_OUTCOMES = ['asked', 'done', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export const auditViewSchema = z.object({
  /** Ascending in the order of recording. */
  id: z.string(),
  at: z.string(),
  /** Null for what concerns the whole manager, as tokens do. */
  system: z.string().nullable(),
  /** `token:NAME` over the API, `host:USER@HOST` on the manager's host, `manager` for what it does by itself. */
  actor: z.string(),
  /** Network address of the request. */
  address: z.string().nullable(),
  /** `change`, `held.confirm`, `held.refuse`, `token.create`, `token.revoke`, `audit.prune`. */
  action: z.string(),
  /** What it is about: the id of a change set, the hash of a held set, the name of a token. */
  target: z.string(),
  outcome: z.enum(AUDIT_OUTCOMES),
  /** As the person gave it. */
  reason: z.string().nullable(),
  /** Why it was refused or failed. */
  message: z.string().nullable(),
  /** Rows about one request have the same. */
  request: z.string().nullable(),
  /** Old and new values; of a change set by DN and attribute. Never a password. */
  before: z.unknown(),
  after: z.unknown(),
});
export type AuditView = z.infer<typeof auditViewSchema>;

const instant = z.iso.datetime({ offset: true });

/** Query of GET /audit; `order=asc` begins with the oldest, for exports that go on later. */
export const auditQuerySchema = pageQuerySchema.extend({
  actor: z.string().optional(),
  action: z.string().optional(),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  /** Rows at or after this instant. */
  since: instant.optional(),
  /** Rows before this instant. */
  until: instant.optional(),
  /** Rows recorded after the one of this id. */
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'is not the id of a row')
    .optional(),
  order: z.enum(['asc', 'desc']).optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;
