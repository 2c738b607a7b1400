// SPDX-License-Identifier: Apache-2.0
import { normalizeDn, parentDn, rdnOf } from '../dn.js';
import type { Entry } from '../entry.js';
import type { SyncBatch, SyncedEntry } from './types.js';

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
  get(uuid: string): Entry | undefined;
  /** Makes it the store's content. Only a staging made since the last commit can be committed. */
  commit(): void;
}

/** Normalised DNs; the spelling of a parent recurs with each of its children. */
class DnFolder {
  private readonly known = new Map<string, string>();
  fold(dn: string): string {
    const found = this.known.get(dn);
    if (found !== undefined) return found;
    const parent = parentDn(dn);
    const rdn = normalizeDn(rdnOf(dn)) ?? rdnOf(dn);
    const folded = parent ? `${rdn},${this.fold(parent)}` : rdn;
    this.known.set(dn, folded);
    return folded;
  }
}

/** Content of a store while a batch is applied to it. */
class Draft {
  readonly byUuid: Map<string, Entry>;
  readonly byDn: Map<string, string>;
  private readonly folder = new DnFolder();

  constructor(byUuid: ReadonlyMap<string, Entry>, byDn: ReadonlyMap<string, string>) {
    this.byUuid = new Map(byUuid);
    this.byDn = new Map(byDn);
  }

  put(entry: SyncedEntry): void {
    const before = this.byUuid.get(entry.uuid);
    const moved = before !== undefined && this.folder.fold(before.dn) !== this.folder.fold(entry.dn);
    if (moved) this.forget(before);
    this.keep({ ...entry, rdn: rdnOf(entry.dn), ...this.parentOf(entry.dn) });
    if (moved) this.rebaseChildren(new Set([entry.uuid]));
  }

  delete(uuid: string): void {
    const before = this.byUuid.get(uuid);
    if (before === undefined) return;
    this.forget(before);
    this.byUuid.delete(uuid);
  }

  /** Links entries that came before their parent, and those whose parent was replaced. */
  linkParents(): void {
    for (const entry of this.byUuid.values()) {
      if (entry.parentUuid !== undefined && this.byUuid.has(entry.parentUuid)) continue;
      const link = this.parentOf(entry.dn);
      if (link.parentUuid === entry.parentUuid) continue;
      const { parentUuid: _gone, ...rest } = entry;
      this.byUuid.set(entry.uuid, { ...rest, ...link });
    }
  }

  private parentOf(dn: string): { parentUuid?: string } {
    const parent = parentDn(dn);
    const uuid = parent === undefined ? undefined : this.byDn.get(this.folder.fold(parent));
    return uuid === undefined ? {} : { parentUuid: uuid };
  }

  private keep(entry: Entry): void {
    this.byUuid.set(entry.uuid, entry);
    this.byDn.set(this.folder.fold(entry.dn), entry.uuid);
  }

  /** Gives up the DN, unless another entry (deleted and added again) has it by now. */
  private forget(entry: Entry): void {
    const dn = this.folder.fold(entry.dn);
    if (this.byDn.get(dn) === entry.uuid) this.byDn.delete(dn);
  }

  /** A renamed entry renames what is below it, and no message says so. */
  private rebaseChildren(parents: ReadonlySet<string>): void {
    const moved = new Set<string>();
    for (const entry of [...this.byUuid.values()]) {
      const parent =
        entry.parentUuid !== undefined && parents.has(entry.parentUuid) && this.byUuid.get(entry.parentUuid);
      if (!parent) continue;
      this.forget(entry);
      this.keep({ ...entry, dn: `${entry.rdn},${parent.dn}` });
      moved.add(entry.uuid);
    }
    if (moved.size > 0) this.rebaseChildren(moved);
  }
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

function differences(before: ReadonlyMap<string, Entry>, after: ReadonlyMap<string, Entry>): EntryChange[] {
  const changes: EntryChange[] = [];
  for (const [uuid, entry] of after) {
    const old = before.get(uuid);
    if (old === undefined) changes.push({ uuid, after: entry });
    else if (old !== entry && !sameEntry(old, entry)) changes.push({ uuid, before: old, after: entry });
  }
  for (const [uuid, entry] of before) if (!after.has(uuid)) changes.push({ uuid, before: entry });
  return changes;
}

/** Entries by entryUUID; DNs are derived from RDN and parent, since a renamed parent sends no message for its children. */
export class EntryStore {
  private byUuid: ReadonlyMap<string, Entry> = new Map();
  private byDn: ReadonlyMap<string, string> = new Map();
  private version = 0;

  /** @param entries what was stored with the cookie that the next session starts from */
  constructor(entries: Iterable<SyncedEntry> = []) {
    const changes = [...entries].map((entry) => ({ kind: 'put', entry }) as const);
    this.stage({ phase: 'refresh', changes, unnamed: 'absent', present: new Set(), cookie: undefined }).commit();
  }

  /** Applies a batch on trial. */
  stage(batch: SyncBatch): Staged {
    const draft = new Draft(this.byUuid, this.byDn);
    for (const change of batch.changes) {
      if (change.kind === 'put') draft.put(change.entry);
      else draft.delete(change.uuid);
    }
    if (batch.unnamed !== 'keep') dropUnnamed(draft, batch);
    draft.linkParents();
    const { version } = this;
    return {
      changes: differences(this.byUuid, draft.byUuid),
      entries: () => draft.byUuid.values(),
      get: (uuid) => draft.byUuid.get(uuid),
      commit: () => {
        if (this.version !== version) throw new Error('EntryStore: another batch was committed since this was staged');
        this.version += 1;
        this.byUuid = draft.byUuid;
        this.byDn = draft.byDn;
      },
    };
  }

  entries(): Iterable<Entry> {
    return this.byUuid.values();
  }

  get(uuid: string): Entry | undefined {
    return this.byUuid.get(uuid);
  }

  /** The entry of that name, however it is spelled. */
  find(dn: string): Entry | undefined {
    return this.byUuid.get(this.byDn.get(normalizeDn(dn) ?? dn) ?? '');
  }

  /** The entry and its ancestors in the store, parents first; empty when there is no such entry. */
  lineage(uuid: string): readonly Entry[] {
    const line: Entry[] = [];
    for (let entry = this.byUuid.get(uuid); entry !== undefined && !line.includes(entry);) {
      line.unshift(entry);
      entry = entry.parentUuid === undefined ? undefined : this.byUuid.get(entry.parentUuid);
    }
    return line;
  }
}

function dropUnnamed(draft: Draft, batch: SyncBatch): void {
  const named = new Set(batch.unnamed === 'absent' ? [] : batch.present);
  for (const change of batch.changes) if (change.kind === 'put') named.add(change.entry.uuid);
  for (const uuid of [...draft.byUuid.keys()]) if (!named.has(uuid)) draft.delete(uuid);
}
