// SPDX-License-Identifier: Apache-2.0
// Writing LDIF (RFC 2849), so that any LDAP tool reads it back: folded, and in base64 where a value is not safe text.
import type { Modification, WriteOperation } from '../client/types.js';

/** Characters to a line, its continuations' space included. */
const WIDTH = 76;
/** SAFE-STRING of RFC 2849 without control characters, which terminals act on, and without a space at the end, which readers may lose. */
const SAFE = /^(?![ :<])[ -~]*(?<! )$/;

function fold(line: string): string {
  const pieces = [line.slice(0, WIDTH)];
  for (let at = WIDTH; at < line.length; at += WIDTH - 1) pieces.push(` ${line.slice(at, at + WIDTH - 1)}`);
  return pieces.join('\n');
}

function valueLine(name: string, value: string): string {
  if (value === '') return `${name}:`;
  return fold(SAFE.test(value) ? `${name}: ${value}` : `${name}:: ${Buffer.from(value).toString('base64')}`);
}

const base64Line = (name: string, encoded: string): string => fold(`${name}:: ${encoded}`);

type Lists = Readonly<Record<string, readonly string[]>>;

/** objectClass first, as people expect; the rest as it comes. */
function attributeLines(attributes: Lists, binary: Lists = {}): string[] {
  const names = Object.keys(attributes);
  const isClass = (name: string): boolean => name.toLowerCase() === 'objectclass';
  const ordered = [...names.filter(isClass), ...names.filter((name) => !isClass(name))];
  return [
    ...ordered.flatMap((name) => (attributes[name] ?? []).map((value) => valueLine(name, value))),
    ...Object.entries(binary).flatMap(([name, values]) => values.map((encoded) => base64Line(name, encoded))),
  ];
}

function modificationLines({ op, attribute, values, binary = [] }: Modification): string[] {
  return [
    `${op}: ${attribute}`,
    ...values.map((value) => valueLine(attribute, value)),
    ...binary.map((encoded) => base64Line(attribute, encoded)),
    '-',
  ];
}

function changeLines(operation: WriteOperation): string[] {
  switch (operation.op) {
    case 'add':
      return ['changetype: add', ...attributeLines(operation.attributes, operation.binary)];
    case 'delete':
      return ['changetype: delete'];
    case 'modify':
      return ['changetype: modify', ...operation.changes.flatMap(modificationLines)];
    case 'rename': {
      const { newRdn, newSuperior } = operation;
      const moved = newSuperior === undefined ? [] : [valueLine('newsuperior', newSuperior)];
      return ['changetype: modrdn', valueLine('newrdn', newRdn), 'deleteoldrdn: 1', ...moved];
    }
  }
}

/** LDIF change records, for `ldapmodify` and for `readLdif`. Empty text for no operations. */
export function writeLdifChanges(operations: readonly WriteOperation[]): string {
  if (operations.length === 0) return '';
  const records = operations.map((operation) => [valueLine('dn', operation.dn), ...changeLines(operation)].join('\n'));
  return `version: 1\n\n${records.join('\n\n')}\n`;
}

/** What an LDIF content record says of one entry. */
export interface LdifContent {
  readonly dn: string;
  readonly attributes: Lists;
  /** Values that are not text, in base64, by name. */
  readonly binary?: Lists;
}

/** LDIF content records, for `ldapadd` and for `readLdif`, in the order given (parents first, to be added). */
export function writeLdifContent(entries: Iterable<LdifContent>): string {
  const records = [...entries].map(({ dn, attributes, binary }) =>
    [valueLine('dn', dn), ...attributeLines(attributes, binary)].join('\n'),
  );
  return records.length === 0 ? '' : `version: 1\n\n${records.join('\n\n')}\n`;
}
