// SPDX-License-Identifier: Apache-2.0
import { normalizeDn } from '../dn.js';
import type { Entry } from '../entry.js';
import { Draft, emptyContent } from './entry-draft.js';
import type { SyncBatch, SyncChange, SyncedEntry } from './types.js';

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
  /**
   * A sentence when the batch cannot be all that happened: a subtree that was moved into what is followed is announced by
   * its top alone. Store no cookie with such a batch, and call `resync()`.
   */
  readonly doubt?: string;
  /** All entries as they would be; until the commit. */
  entries(): Iterable<Entry>;
  get(uuid: string): Entry | undefined;
  /** Makes it the store's content. Only a staging made since the last commit can be committed. */
  commit(): void;
}

function sameValues(left: Entry['attributes'] | undefined, right: Entry['attributes'] | undefined): boolean {
  if ((left?.size ?? 0) !== (right?.size ?? 0)) return false;
  for (const [name, values] of left ?? []) {
    const others = right?.get(name);
    if (others?.length !== values.length || !values.every((value) => others.includes(value))) return false;
  }
  return true;
}

function sameEntry(left: Entry, right: Entry): boolean {
  return (
    left.dn === right.dn &&
    left.csn === right.csn &&
    left.parentUuid === right.parentUuid &&
    left.hasPassword === right.hasPassword &&
    sameValues(left.attributes, right.attributes) &&
    sameValues(left.binary, right.binary)
  );
}

/** Entries by entryUUID; DNs are derived from RDN and parent, since a renamed parent sends no message for its children. */
export class EntryStore {
  private readonly content = emptyContent();
  private version = 0;

  /** @param entries what was stored with the cookie that the next session starts from */
  constructor(entries: Iterable<SyncedEntry> = []) {
    const changes = [...entries].map((entry) => ({ kind: 'put', entry }) as const);
    this.stage({ phase: 'refresh', changes, unnamed: 'absent', present: new Set(), cookie: undefined }).commit();
  }

  /** Applies a batch on trial. */
  stage(batch: SyncBatch): Staged {
    const draft = new Draft(this.content);
    // The server names entries in any order, so children of a new entry may come before it, below one that it replaces:
    // what is there is put in place before anything is taken away with all that is below it.
    const last = new Map(batch.changes.map((change) => [uuidOf(change), change]));
    for (const change of last.values()) if (change.kind === 'put') draft.put(change.entry);
    draft.linkParents();
    for (const change of last.values()) if (change.kind === 'delete') draft.delete(change.uuid, !batch.filtered);
    if (batch.unnamed !== 'keep') this.dropUnnamed(draft, batch);
    draft.linkParents();
    const { version } = this;
    const doubt = this.doubt(draft, batch);
    return {
      changes: this.differences(draft),
      ...(doubt !== undefined && { doubt }),
      entries: () => draft.all(),
      get: (uuid) => draft.get(uuid),
      commit: () => {
        if (this.version !== version) throw new Error('EntryStore: another batch was committed since this was staged');
        this.version += 1;
        draft.apply();
      },
    };
  }

  entries(): Iterable<Entry> {
    return this.content.byUuid.values();
  }

  get(uuid: string): Entry | undefined {
    return this.content.byUuid.get(uuid);
  }

  /** The entry of that name, however it is spelled. */
  find(dn: string): Entry | undefined {
    return this.get(this.content.byDn.get(normalizeDn(dn) ?? dn) ?? '');
  }

  /** The entry and its ancestors in the store, parents first; empty when there is no such entry. */
  lineage(uuid: string): readonly Entry[] {
    const line: Entry[] = [];
    for (let entry = this.get(uuid); entry !== undefined && !line.includes(entry);) {
      line.unshift(entry);
      entry = entry.parentUuid === undefined ? undefined : this.get(entry.parentUuid);
    }
    return line;
  }

  private differences(draft: Draft): EntryChange[] {
    const [there, gone]: [EntryChange[], EntryChange[]] = [[], []];
    for (const [uuid, after] of draft.touched) {
      const before = this.get(uuid);
      if (after === undefined) {
        if (before !== undefined) gone.push({ uuid, before });
      } else if (before === undefined) there.push({ uuid, after });
      else if (!sameEntry(before, after)) there.push({ uuid, before, after });
    }
    return [...there, ...gone];
  }

  private dropUnnamed(draft: Draft, batch: SyncBatch): void {
    const named = new Set(batch.unnamed === 'absent' ? [] : batch.present);
    for (const change of batch.changes) if (change.kind === 'put') named.add(change.entry.uuid);
    for (const uuid of this.content.byUuid.keys()) if (!named.has(uuid)) draft.delete(uuid);
  }

  private doubt(draft: Draft, batch: SyncBatch): string | undefined {
    if (batch.unnamed === 'absent') return undefined;
    const left = new Set<string>();
    for (const change of batch.changes) {
      if (change.kind === 'delete') {
        left.add(change.uuid);
        continue;
      }
      const { entry } = change;
      if (entry.hasSubordinates !== true || draft.get(entry.uuid) === undefined) continue;
      const isNew = this.get(entry.uuid) === undefined;
      if (left.has(entry.uuid) || (isNew && (!draft.hasChildren(entry.uuid) || hasHistory(entry)))) {
        return `${entry.dn} appeared with entries below it that were not announced`;
      }
    }
    for (const uuid of batch.present) {
      if (draft.get(uuid) === undefined) return `the server holds the entry ${uuid} to be known, which never came`;
    }
    return undefined;
  }
}

function uuidOf(change: SyncChange): string {
  return change.kind === 'put' ? change.entry.uuid : change.uuid;
}

/** Changed since it was made, so it may be as old as what is below it: both times are of one clock, in whole seconds. */
function hasHistory({ csn, createTimestamp }: SyncedEntry): boolean {
  return csn !== undefined && createTimestamp !== undefined && csn.slice(0, 14) !== createTimestamp.slice(0, 14);
}
