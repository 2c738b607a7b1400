// SPDX-License-Identifier: Apache-2.0
// A batch applied on trial over the content of a store: it costs what the batch touches, not what the store holds.
import { normalizeDn, parentDn, rdnOf } from '../dn.js';
import type { Entry } from '../entry.js';
import type { SyncedEntry } from './types.js';

/** Entries with what finds them. */
export interface Content {
  readonly byUuid: Map<string, Entry>;
  /** Folded DN -> UUID. */
  readonly byDn: Map<string, string>;
  /** UUIDs by where they hang: the UUID of the parent, or the DN of one that is not here. Never an empty set. */
  readonly families: Map<string, Set<string>>;
}

export function emptyContent(): Content {
  return { byUuid: new Map(), byDn: new Map(), families: new Map() };
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

/** A map with changes that are not in it yet: `undefined` for what is taken away. */
class Overlay<V> {
  readonly changed = new Map<string, V | undefined>();
  constructor(private readonly below: ReadonlyMap<string, V>) {}

  get(key: string): V | undefined {
    return this.changed.has(key) ? this.changed.get(key) : this.below.get(key);
  }

  set(key: string, value: V | undefined): void {
    this.changed.set(key, value);
  }

  applyTo(target: Map<string, V>): void {
    for (const [key, value] of this.changed) {
      if (value === undefined) target.delete(key);
      else target.set(key, value);
    }
  }
}

export class Draft {
  private readonly entries: Overlay<Entry>;
  private readonly names: Overlay<string>;
  private readonly families: Overlay<Set<string>>;
  /** Entries whose parent may be another now. */
  private readonly unsettled = new Set<string>();
  private readonly folder = new DnFolder();

  constructor(private readonly base: Content) {
    this.entries = new Overlay(base.byUuid);
    this.names = new Overlay(base.byDn);
    this.families = new Overlay(base.families);
  }

  get(uuid: string): Entry | undefined {
    return this.entries.get(uuid);
  }

  hasChildren(uuid: string): boolean {
    return (this.families.get(uuid)?.size ?? 0) > 0;
  }

  /** UUIDs of what the batch touched, with the entry as it would be. */
  get touched(): ReadonlyMap<string, Entry | undefined> {
    return this.entries.changed;
  }

  *all(): Generator<Entry> {
    const { changed } = this.entries;
    for (const [uuid, entry] of this.base.byUuid) if (!changed.has(uuid)) yield entry;
    for (const entry of changed.values()) if (entry !== undefined) yield entry;
  }

  put(synced: SyncedEntry): void {
    const { hasSubordinates: _said, ...entry } = synced;
    const before = this.get(entry.uuid);
    const moved = before !== undefined && this.folder.fold(before.dn) !== this.folder.fold(entry.dn);
    const next = { ...entry, rdn: rdnOf(entry.dn), ...this.parentOf(entry.dn) };
    if (before !== undefined && !moved && before.parentUuid === next.parentUuid && this.owns(before)) {
      this.entries.set(entry.uuid, next);
      return;
    }
    if (before !== undefined) this.forget(before);
    this.keep(next);
    this.unsettled.add(entry.uuid);
    for (const waiting of this.families.get(this.placeOf(entry.dn)) ?? []) this.unsettled.add(waiting);
    if (moved) this.rebaseChildren(entry.uuid);
  }

  /** @param subtree with everything below it */
  delete(uuid: string, subtree = false): void {
    const before = this.get(uuid);
    if (before === undefined) return;
    this.forget(before);
    this.entries.set(uuid, undefined);
    for (const child of [...(this.families.get(uuid) ?? [])]) {
      if (subtree) this.delete(child, true);
      else this.unsettled.add(child);
    }
  }

  /** Links entries that came before their parent, and those whose parent was replaced. */
  linkParents(): void {
    for (const uuid of this.unsettled) {
      const entry = this.get(uuid);
      if (entry === undefined) continue;
      const link = this.parentOf(entry.dn);
      if (link.parentUuid === entry.parentUuid) continue;
      const { parentUuid: _gone, ...rest } = entry;
      this.forget(entry);
      this.keep({ ...rest, ...link });
    }
    this.unsettled.clear();
  }

  /** Makes the draft the content. */
  apply(): void {
    const { byUuid, byDn, families } = this.base;
    this.entries.applyTo(byUuid);
    this.names.applyTo(byDn);
    for (const [home, family] of this.families.changed) {
      if (family === undefined || family.size === 0) families.delete(home);
      else families.set(home, family);
    }
  }

  /** Key in `families` of the children of a DN that has no entry. */
  private placeOf(dn: string | undefined): string {
    return `dn:${this.folder.fold(dn ?? '')}`;
  }

  private homeOf(entry: Entry): string {
    return entry.parentUuid ?? this.placeOf(parentDn(entry.dn));
  }

  private parentOf(dn: string): { parentUuid?: string } {
    const parent = parentDn(dn);
    const uuid = parent === undefined ? undefined : this.names.get(this.folder.fold(parent));
    return uuid === undefined ? {} : { parentUuid: uuid };
  }

  private owns(entry: Entry): boolean {
    return this.names.get(this.folder.fold(entry.dn)) === entry.uuid;
  }

  private keep(entry: Entry): void {
    this.entries.set(entry.uuid, entry);
    this.names.set(this.folder.fold(entry.dn), entry.uuid);
    this.familyAt(this.homeOf(entry)).add(entry.uuid);
  }

  /** Gives up the DN, unless another entry (deleted and added again) has it by now, and the place among the siblings. */
  private forget(entry: Entry): void {
    if (this.owns(entry)) this.names.set(this.folder.fold(entry.dn), undefined);
    this.familyAt(this.homeOf(entry)).delete(entry.uuid);
  }

  /** Those that hang there, ours to change: a set is copied the first time the batch touches it. */
  private familyAt(home: string): Set<string> {
    const touched = this.families.changed.get(home);
    if (touched !== undefined) return touched;
    const copy = new Set(this.families.get(home));
    this.families.set(home, copy);
    return copy;
  }

  /** A renamed entry renames what is below it, and no message says so. */
  private rebaseChildren(parent: string): void {
    const dn = this.get(parent)?.dn ?? '';
    for (const uuid of [...(this.families.get(parent) ?? [])]) {
      const entry = this.get(uuid);
      if (entry === undefined) continue;
      this.forget(entry);
      this.keep({ ...entry, dn: `${entry.rdn},${dn}` });
      this.rebaseChildren(uuid);
    }
  }
}
