// SPDX-License-Identifier: Apache-2.0
import type { GuardInput, HeldChange, Verdict } from './types.js';

/** Decides what of a change may come into force. Pure: the caller stores the verdict in the transaction of the batch. */
export function judge(_input: GuardInput): Verdict {
  throw new Error('judge: not built yet');
}

/** SHA-256 over what is held and what it would end; undefined for an empty set. */
export function heldHash(_held: readonly HeldChange[]): string | undefined {
  throw new Error('heldHash: not built yet');
}
