// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { NodeDocument } from '@drvs/contracts';
import { canonicalize } from 'json-canonicalize';

/** SHA-256, in lower-case hex, of a JSON value in canonical form (RFC 8785): whatever the order of its members. */
export function canonicalDigest(value: unknown): string {
  return createHash('sha256').update(canonicalize(value)).digest('hex');
}

/** What two documents have in common when they say the same. */
export function digest(document: NodeDocument): string {
  return canonicalDigest(document);
}
