// SPDX-License-Identifier: Apache-2.0
import type { WriteOperation } from '../client/types.js';
import type { StoredEntry } from '../entry.js';
import type { HeldChange } from './types.js';

export interface RefusePlan {
  /** Writes that bring the entries back, parents first. */
  readonly operations: readonly WriteOperation[];
  /** DNs the operations restore. */
  readonly dns: readonly string[];
  /** DNs of nodes that come back without their password: set a new one. */
  readonly passwordsLost: readonly string[];
}

/**
 * What to write so that the directory says again what is in force.
 *
 * @param current the entries the directory has now
 */
export function planRefuse(_held: readonly HeldChange[], _current: Iterable<StoredEntry>): RefusePlan {
  throw new Error('planRefuse: not built yet');
}
