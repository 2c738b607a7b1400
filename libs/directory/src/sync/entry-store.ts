// SPDX-License-Identifier: Apache-2.0
import type { Entry } from '../entry.js';
import type { SyncBatch } from './types.js';

/** What a batch did to one entry. A renamed parent changes the DN of its whole subtree: each is an `EntryChange`. */
export interface EntryChange {
  readonly uuid: string;
  readonly before?: Entry;
  readonly after?: Entry;
}

/** A batch applied on trial: commit it when its transaction committed, else let it go. */
export interface Staged {
  /** Real differences only: what arrived but says the same as before is not listed. */
  readonly changes: readonly EntryChange[];
  /** All entries as they would be. */
  entries(): Iterable<Entry>;
  /** Makes it the store's content. Only the newest staging can be committed. */
  commit(): void;
}

/** Entries by entryUUID; DNs are derived from RDN and parent, since a renamed parent sends no message for its children. */
export class EntryStore {
  constructor(_entries: Iterable<Entry> = []) {}
  stage(_batch: SyncBatch): Staged {
    throw new Error('EntryStore: not built yet');
  }
  entries(): Iterable<Entry> {
    throw new Error('EntryStore: not built yet');
  }
  get(_uuid: string): Entry | undefined {
    throw new Error('EntryStore: not built yet');
  }
  /** The entry and its ancestors in the store, parents first. */
  lineage(_uuid: string): readonly Entry[] {
    throw new Error('EntryStore: not built yet');
  }
}
