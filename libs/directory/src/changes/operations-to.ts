// SPDX-License-Identifier: Apache-2.0
import type { Modification, WriteOperation } from '../client/types.js';
import { normalizeDn, parentDn, splitDn } from '../dn.js';
import type { StoredEntry } from '../entry.js';

const fold = (dn: string): string => normalizeDn(dn) ?? dn;
const depth = (dn: string): number => splitDn(dn)?.length ?? 0;

/** What the entries are and what they are to be, by entryUUID. */
class Journey {
  private readonly present: ReadonlyMap<string, StoredEntry>;
  /** Entries that stand where one that comes back has to: they become it. By the entryUUID of the one that comes back. */
  private readonly substitutes = new Map<string, StoredEntry>();

  constructor(
    current: Iterable<StoredEntry>,
    private readonly wanted: ReadonlyMap<string, StoredEntry | undefined>,
  ) {
    this.present = new Map([...current].map((entry) => [entry.uuid, entry]));
    const places = new Map([...this.present.values()].map((entry) => [fold(this.dnNow(entry)), entry]));
    for (const [uuid, entry] of wanted) {
      const there = entry && !this.present.has(uuid) ? places.get(fold(this.dnThen(entry))) : undefined;
      if (there !== undefined) this.substitutes.set(uuid, there);
    }
  }

  operations(): WriteOperation[] {
    const [kept, added, gone] = [this.kept(), this.added(), this.gone()];
    return [
      ...kept.flatMap(({ from, to }) => this.rename(from, to)),
      ...added.map((entry) => this.add(entry)),
      ...[...kept, ...this.replaced()].flatMap(({ from, to }) => this.edit(from, to)),
      ...gone.map((entry): WriteOperation => ({ op: 'delete', dn: this.dnNow(entry) })),
    ];
  }

  /** Parents first. */
  private kept(): { from: StoredEntry; to: StoredEntry }[] {
    const pairs = [...this.wanted].flatMap(([uuid, to]) => {
      const from = this.present.get(uuid);
      return from && to ? [{ from, to }] : [];
    });
    return pairs.sort((a, b) => depth(a.to.dn) - depth(b.to.dn));
  }

  private replaced(): { from: StoredEntry; to: StoredEntry }[] {
    return [...this.substitutes].flatMap(([uuid, from]) => {
      const to = this.wanted.get(uuid);
      return to ? [{ from, to }] : [];
    });
  }

  private added(): StoredEntry[] {
    const entries = [...this.wanted].flatMap(([uuid, entry]) =>
      entry && !this.present.has(uuid) && !this.substitutes.has(uuid) ? [entry] : [],
    );
    return entries.sort((a, b) => depth(a.dn) - depth(b.dn));
  }

  /** Children first. */
  private gone(): StoredEntry[] {
    const stays = new Set([...this.substitutes.values()].map(({ uuid }) => uuid));
    const entries = [...this.wanted].flatMap(([uuid, entry]) => {
      const there = this.present.get(uuid);
      return entry === undefined && there && !stays.has(uuid) ? [there] : [];
    });
    return entries.sort((a, b) => depth(b.dn) - depth(a.dn));
  }

  /** Where the entry is once its ancestors have their names of then. */
  private dnNow(entry: StoredEntry): string {
    return this.below(entry.rdn, entry);
  }

  /** Where it is to be. */
  private dnThen(entry: StoredEntry): string {
    return this.below((this.wanted.get(entry.uuid) ?? entry).rdn, this.wanted.get(entry.uuid) ?? entry);
  }

  private below(rdn: string, { dn, parentUuid }: StoredEntry): string {
    const parent = this.wanted.get(parentUuid ?? '') ?? this.present.get(parentUuid ?? '');
    const superior = parent === undefined ? (parentDn(dn) ?? '') : this.dnThen(parent);
    return superior === '' ? rdn : `${rdn},${superior}`;
  }

  private rename(from: StoredEntry, to: StoredEntry): WriteOperation[] {
    const [dn, target] = [this.dnNow(from), this.dnThen(to)];
    if (fold(dn) === fold(target)) return [];
    const [before, after] = [parentDn(dn) ?? '', parentDn(target) ?? ''];
    return [{ op: 'rename', dn, newRdn: to.rdn, ...(fold(before) !== fold(after) && { newSuperior: after }) }];
  }

  private add(entry: StoredEntry): WriteOperation {
    const { attributes, binary } = entry;
    return { op: 'add', dn: this.dnThen(entry), attributes, ...(binary && { binary }) };
  }

  private edit(from: StoredEntry, to: StoredEntry): WriteOperation[] {
    const naming = to.rdn.split('=', 1)[0]?.trim().toLowerCase();
    const names = [from, to].flatMap((entry) => [...Object.keys(entry.attributes), ...Object.keys(entry.binary ?? {})]);
    const changes = [...new Set(names)]
      .sort()
      .filter((name) => name !== naming && !sameAttribute(name, from, to))
      .map((attribute): Modification => {
        const binary = to.binary?.[attribute];
        return { op: 'replace', attribute, values: to.attributes[attribute] ?? [], ...(binary && { binary }) };
      });
    return changes.length === 0 ? [] : [{ op: 'modify', dn: this.dnThen(to), changes }];
  }
}

function sameAttribute(name: string, left: StoredEntry, right: StoredEntry): boolean {
  return (
    sameValues(left.attributes[name], right.attributes[name]) && sameValues(left.binary?.[name], right.binary?.[name])
  );
}

function sameValues(left: readonly string[] = [], right: readonly string[] = []): boolean {
  return left.length === right.length && left.every((value) => right.includes(value));
}

/**
 * The change set that makes some entries what they are to be: renames from the top, additions parents first,
 * modifications, deletions children first. An entry that stands where another has to come back becomes that one, since a
 * DN cannot be had twice.
 *
 * @param current the entries there are, at least those to change with their ancestors
 * @param wanted what they are to be, by entryUUID; undefined: not there
 */
export function operationsTo(
  current: Iterable<StoredEntry>,
  wanted: ReadonlyMap<string, StoredEntry | undefined>,
): WriteOperation[] {
  return new Journey(current, wanted).operations();
}
