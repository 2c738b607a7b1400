// SPDX-License-Identifier: Apache-2.0
// A change set as it arrives, LDIF or operations, as a list of operations to carry out.
import { createHash, randomBytes } from 'node:crypto';
import { MOST_OPERATIONS } from '@drvs/contracts';
import type { ChangeFaultView, ChangeSet } from '@drvs/contracts';
import { readLdif } from '@drvs/directory';
import type { Modification, WriteOperation } from '@drvs/directory';

/** The operations, with the line each stands on where LDIF was given; or what is wrong with the LDIF. */
export interface ReadChangeSet {
  readonly operations: readonly WriteOperation[];
  readonly lines: readonly (number | null)[];
  readonly faults: readonly ChangeFaultView[];
}

export function readChangeSet({ ldif, operations = [] }: ChangeSet): ReadChangeSet {
  if (ldif === undefined) {
    const list = operations.map(toOperation);
    return { operations: list, lines: list.map(() => null), faults: [] };
  }
  const { records, problems } = readLdif(ldif);
  const faults: ChangeFaultView[] = problems.map((problem) => ({ index: null, dn: null, ...problem }));
  if (records.length > MOST_OPERATIONS) faults.push(tooMany(records.length));
  if (records.length === 0 && problems.length === 0) faults.push(nothing());
  return {
    operations: records.map(({ operation }) => operation),
    lines: records.map(({ line }) => line),
    faults,
  };
}

function tooMany(count: number): ChangeFaultView {
  const message = `${count} operations. A change set has at most ${MOST_OPERATIONS}.`;
  return { index: null, line: null, dn: null, code: 'TooManyOperations', message, remedy: 'Divide it.' };
}

function nothing(): ChangeFaultView {
  const [code, message] = ['ChangeSetEmpty', 'The LDIF has no record. A change set changes something.'];
  return { index: null, line: null, dn: null, code, message, remedy: 'Give at least one record.' };
}

type GivenOperation = NonNullable<ChangeSet['operations']>[number];

/** Optional members that are absent, not undefined. */
function toOperation(given: GivenOperation): WriteOperation {
  switch (given.op) {
    case 'add':
      return { op: 'add', dn: given.dn, attributes: given.attributes, ...(given.binary && { binary: given.binary }) };
    case 'modify':
      return {
        ...given,
        changes: given.changes.map(({ binary, ...rest }) => ({ ...rest, ...(binary && { binary }) })),
      };
    case 'rename':
      return {
        op: 'rename',
        dn: given.dn,
        newRdn: given.newRdn,
        ...(given.newSuperior && { newSuperior: given.newSuperior }),
      };
    case 'delete':
      return given;
  }
}

const PASSWORD = 'userpassword';

/** A password already hashed, by whatever the server knows: `{SSHA}...`. */
const HASHED = /^\{[A-Za-z0-9-]+\}/;

function hashed(password: string): string {
  if (HASHED.test(password)) return password;
  const salt = randomBytes(16);
  const digest = createHash('sha1').update(password).update(salt).digest();
  return `{SSHA}${Buffer.concat([digest, salt]).toString('base64')}`;
}

function hashModification(change: Modification): Modification {
  if (change.attribute.toLowerCase() !== PASSWORD) return change;
  return { ...change, values: change.values.map(hashed) };
}

/**
 * The operations with salted hashes (RFC 2307, as slapd makes them) in place of passwords: they are journalled in Postgres
 * before they are written, and no password is to be readable there.
 */
export function hashPasswords(operations: readonly WriteOperation[]): WriteOperation[] {
  return operations.map((operation) => {
    if (operation.op === 'modify') return { ...operation, changes: operation.changes.map(hashModification) };
    if (operation.op !== 'add') return operation;
    const attributes = Object.entries(operation.attributes).map(
      ([name, values]) => [name, name.toLowerCase() === PASSWORD ? values.map(hashed) : values] as const,
    );
    return { ...operation, attributes: Object.fromEntries(attributes) };
  });
}
