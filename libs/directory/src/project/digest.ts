// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { NodeDocument } from '@drvs/contracts';
import { canonicalize } from 'json-canonicalize';

/** SHA-256, in lower-case hex, of the document's canonical JSON (RFC 8785). */
export function digest(document: NodeDocument): string {
  return createHash('sha256').update(canonicalize(document)).digest('hex');
}
