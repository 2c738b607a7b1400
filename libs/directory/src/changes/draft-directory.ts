// SPDX-License-Identifier: Apache-2.0
// A directory on paper: carries out a change set as an LDAP server would (RFC 4511, 4.6 to 4.9).
import type { Modification, WriteOperation } from '../client/types.js';
import { isBelow, namingParts, normalizeDn, parentDn, rdnOf, splitDn } from '../dn.js';
import type { Entry } from '../entry.js';
import { CHANGE_CODES, type ChangeCode, type ChangeFault } from './types.js';

type Values = ReadonlyMap<string, readonly string[]>;

/** Ends one operation. */
class Refusal extends Error {
  constructor(
    readonly code: ChangeCode,
    detail: string,
  ) {
    super(detail);
  }
}

const fold = (dn: string): string => normalizeDn(dn) ?? dn;

/** Attributes whose values compare as DNs or without case; of all others the server's schema decides, here the bytes. */
const DN_VALUED = new Set(['drvsspansnode', 'drvsonnode', 'member', 'owner', 'seealso']);
const CASELESS = new Set(['objectclass', 'cn', 'ou', 'dc', 'drvsadminstate']);

function same(attribute: string, left: string, right: string): boolean {
  if (left === right) return true;
  if (DN_VALUED.has(attribute)) return fold(left) === fold(right);
  return CASELESS.has(attribute) && left.toLowerCase() === right.toLowerCase();
}

function withNaming(values: Map<string, readonly string[]>, rdn: string): Map<string, readonly string[]> {
  for (const { type, value } of namingParts(rdn)) {
    const present = values.get(type) ?? [];
    if (!present.some((other) => same(type, other, value))) values.set(type, [...present, value]);
  }
  return values;
}

function withoutNaming(attributes: Values, rdn: string): Map<string, readonly string[]> {
  const values = new Map(attributes);
  for (const { type, value } of namingParts(rdn)) {
    const left = (values.get(type) ?? []).filter((other) => !same(type, other, value));
    if (left.length === 0) values.delete(type);
    else values.set(type, left);
  }
  return values;
}

/** What servers say of an entry and people do not write; a dump has it. */
const FACTS = new Set([
  ...['entryuuid', 'entrycsn', 'createtimestamp', 'modifytimestamp', 'creatorsname', 'modifiersname'],
  ...['structuralobjectclass', 'hassubordinates', 'subschemasubentry', 'entrydn', 'contextcsn'],
]);

export class DraftDirectory {
  private readonly byDn = new Map<string, Entry>();
  private readonly base: string;
  private made = 0;

  /**
   * @param baseDn of the system entry: what is not below it needs no parent here, for it is not in our hands
   * @param now age of new entries, ms since 1970
   */
  constructor(
    baseDn: string,
    entries: Iterable<Entry>,
    private readonly now: number,
  ) {
    this.base = fold(baseDn);
    for (const entry of entries) this.byDn.set(fold(entry.dn), entry);
  }

  entries(): Iterable<Entry> {
    return this.byDn.values();
  }

  /** The entry of that name now. */
  find(dn: string): Entry | undefined {
    return this.byDn.get(fold(dn));
  }

  /** Carries out one operation; where it cannot be, nothing changes and the fault says why. */
  apply(operation: WriteOperation, index: number): ChangeFault | undefined {
    try {
      this.carryOut(operation);
      return undefined;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { rule, remedy } = CHANGE_CODES[error.code];
      return { index, dn: operation.dn, code: error.code, message: `${error.message}. ${rule}`, remedy };
    }
  }

  private carryOut(operation: WriteOperation): void {
    switch (operation.op) {
      case 'add':
        return this.add(operation.dn, operation.attributes, operation.binary);
      case 'modify':
        return this.modify(operation.dn, operation.changes);
      case 'delete':
        return this.delete(operation.dn);
      case 'rename':
        return this.rename(operation.dn, operation.newRdn, operation.newSuperior);
    }
  }

  private add(
    dn: string,
    attributes: Readonly<Record<string, readonly string[]>>,
    binary?: Readonly<Record<string, readonly string[]>>,
  ): void {
    const key = fold(dn);
    this.mustBeFree(key, dn);
    const parent = this.mustHaveParent(key, dn);
    const values = new Map(Object.entries(attributes).map(([name, list]) => [name.toLowerCase(), list]));
    const hasPassword = values.delete('userpassword') || binary?.['userpassword'] !== undefined;
    if ((values.get('objectclass') ?? []).length === 0) throw new Refusal('LastClass', `${dn} has no objectClass`);
    const { uuid, createTimestamp } = this.takeFacts(values);
    this.byDn.set(key, {
      uuid,
      dn,
      rdn: rdnOf(dn),
      attributes: withNaming(values, rdnOf(dn)),
      createTimestamp,
      ...(parent && { parentUuid: parent.uuid }),
      ...(binary && { binary: new Map(Object.entries(binary)) }),
      ...(hasPassword && { hasPassword }),
    });
  }

  /** Takes the operational attributes of a dump out of the values; an entry without them is a new one. */
  private takeFacts(values: Map<string, readonly string[]>): { uuid: string; createTimestamp: string } {
    this.made += 1;
    const uuid = values.get('entryuuid')?.[0]?.toLowerCase() ?? `new-${this.made}`;
    const age = new Date(this.now).toISOString().replace(/[-:T]|\.\d+/g, '');
    const createTimestamp = values.get('createtimestamp')?.[0] ?? age;
    for (const name of FACTS) values.delete(name);
    return { uuid, createTimestamp };
  }

  private modify(dn: string, changes: readonly Modification[]): void {
    const [key, entry] = this.mustExist(dn);
    const values = new Map(entry.attributes);
    let { hasPassword } = entry;
    for (const change of changes) {
      // Passwords are not ours to know: that the entry has one is all that is kept.
      if (change.attribute.toLowerCase() === 'userpassword') hasPassword = change.op !== 'delete';
      else modifyValues(values, change);
    }
    for (const { type, value } of namingParts(entry.rdn)) {
      const names = (other: string): boolean => same(type, other, value);
      if (entry.attributes.get(type)?.some(names) && !values.get(type)?.some(names)) {
        throw new Refusal('NameFixed', `${type} of ${dn} would lose ${value}`);
      }
    }

    if ((values.get('objectclass') ?? []).length === 0) throw new Refusal('LastClass', `${dn} would have none`);
    this.byDn.set(key, { ...entry, attributes: values, ...(hasPassword !== undefined && { hasPassword }) });
  }

  private delete(dn: string): void {
    const [key] = this.mustExist(dn);
    const below = [...this.byDn.keys()].find((other) => isBelow(other, key));
    if (below !== undefined) throw new Refusal('EntryNotEmpty', `${below} is below ${dn}`);
    this.byDn.delete(key);
  }

  private rename(dn: string, newRdn: string, newSuperior?: string): void {
    const [key, entry] = this.mustExist(dn);
    const superior = newSuperior ?? parentDn(entry.dn) ?? '';
    const newDn = superior === '' ? newRdn : `${newRdn},${superior}`;
    const newKey = fold(newDn);
    if (newKey !== key) this.mustBeFree(newKey, newDn);
    if (isBelow(newKey, key)) throw new Refusal('ParentAbsent', `${newDn} would be below itself`);
    const parent = this.mustHaveParent(newKey, newDn);
    const attributes = withNaming(withoutNaming(entry.attributes, entry.rdn), newRdn);
    this.byDn.delete(key);
    const { parentUuid: _old, ...rest } = entry;
    this.byDn.set(newKey, { ...rest, dn: newDn, rdn: newRdn, attributes, ...(parent && { parentUuid: parent.uuid }) });
    this.moveBelow(key, newDn, splitDn(entry.dn)?.length ?? 0);
  }

  /** Entries below a renamed one go with it. */
  private moveBelow(key: string, newDn: string, depth: number): void {
    for (const [otherKey, other] of [...this.byDn]) {
      if (!isBelow(otherKey, key)) continue;
      const rdns = splitDn(other.dn) ?? [];
      const dn = [...rdns.slice(0, rdns.length - depth), newDn].join(',');
      this.byDn.delete(otherKey);
      this.byDn.set(fold(dn), { ...other, dn });
    }
  }

  private mustExist(dn: string): readonly [key: string, entry: Entry] {
    const key = fold(dn);
    this.mustBeInside(key, dn);
    const entry = this.byDn.get(key);
    if (entry === undefined) throw new Refusal('EntryAbsent', `there is no ${dn}`);
    return [key, entry];
  }

  private mustBeFree(key: string, dn: string): void {
    this.mustBeInside(key, dn);
    if (this.byDn.has(key)) throw new Refusal('EntryExists', `${dn} is there already`);
  }

  private mustBeInside(key: string, dn: string): void {
    if (key !== this.base && !isBelow(key, this.base)) {
      throw new Refusal('OutsideBase', `${dn} is not below ${this.base}`);
    }
  }

  private mustHaveParent(key: string, dn: string): Entry | undefined {
    const parent = fold(parentDn(dn) ?? '');
    const entry = this.byDn.get(parent);
    if (entry === undefined && isBelow(key, this.base)) throw new Refusal('ParentAbsent', `there is no ${parent}`);
    return entry;
  }
}

function modifyValues(values: Map<string, readonly string[]>, { op, attribute, values: given }: Modification): void {
  const name = attribute.toLowerCase();
  const present = values.get(name) ?? [];
  const isGiven = (value: string): boolean => given.some((other) => same(name, other, value));
  if (op === 'add') {
    const twice = present.find(isGiven);
    if (twice !== undefined) throw new Refusal('ValueExists', `${attribute} has the value ${twice} already`);
  }
  if (op === 'delete') {
    const missing = given.find((value) => !present.some((other) => same(name, other, value)));
    if (missing !== undefined) throw new Refusal('ValueAbsent', `${attribute} has no value ${missing}`);
    if (present.length === 0) throw new Refusal('ValueAbsent', `there is no ${attribute}`);
  }
  const kept = given.length === 0 ? [] : present.filter((value) => !isGiven(value));
  const next = op === 'add' ? [...present, ...given] : op === 'delete' ? kept : given;
  if (next.length === 0) values.delete(name);
  else values.set(name, next);
}
