// SPDX-License-Identifier: Apache-2.0
// Who asks for a write, and the two headers that every write takes.
import { createHash } from 'node:crypto';
import type { ActorRequest } from '../access/access.guard.js';
import { ApiRefusal } from '../common/api-error.js';

export interface WriteAsker {
  readonly actor: string;
  readonly address: string | null;
  /** Idempotency-Key: sent again, a write is answered and not done again. */
  readonly idempotencyKey: string | null;
  /** Revision of If-Match: it must still be the present one. */
  readonly ifRevision: string | null;
}

/** Throws a 400 where a header is not what it has to be. */
export function writeAsker(request: ActorRequest): WriteAsker {
  return {
    actor: request.actor?.name ?? 'unknown',
    address: request.socket.remoteAddress ?? null,
    idempotencyKey: idempotencyKey(request.get('idempotency-key')),
    ifRevision: ifRevision(request.get('if-match')),
  };
}

function idempotencyKey(key: string | undefined): string | null {
  if (key === undefined) return null;
  if (/^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new ApiRefusal(400, 'IdempotencyKeyInvalid', 'an Idempotency-Key is 1 to 200 printable characters, no spaces', {
    remedy: 'Send for instance a UUID.',
  });
}

function ifRevision(match: string | undefined): string | null {
  if (match === undefined || match === '*') return null;
  const [, revision] = /^"?([0-9]{1,18})"?$/.exec(match) ?? [];
  if (revision !== undefined) return revision;
  throw new ApiRefusal(400, 'IfMatchInvalid', `If-Match is a revision, as lists carry it, not ${match}`, {
    remedy: 'Send for instance If-Match: "12".',
  });
}

/** Throws a 412 where the revision that the asker goes by has passed. */
export function assertRevision(present: string, { ifRevision: wanted }: WriteAsker): void {
  if (wanted === null || wanted === present) return;
  throw new ApiRefusal(412, 'RevisionChanged', `the revision is ${present}, not ${wanted} as the request says`, {
    remedy: 'Read again, and decide anew.',
  });
}

/** SHA-256 of what is asked for: one key names one request. */
export function requestHash(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}

export function keyReused(key: string): ApiRefusal {
  return new ApiRefusal(422, 'IdempotencyKeyReused', `the key ${key} was used for another request`, {
    remedy: 'Use a new Idempotency-Key for each request.',
  });
}
