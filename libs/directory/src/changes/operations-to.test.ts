// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { type Entry, storeEntry, type StoredEntry } from '../entry.js';
import { readLdif } from '../ldif/read.js';
import { BASE, nodeDn, sample, vmDn } from '../testing/sample.js';
import { DraftDirectory } from './draft-directory.js';
import { operationsTo } from './operations-to.js';

const NOW = Date.UTC(2026, 0, 2);

/** The sample with each entry linked to its parent, as a store has them. */
function linked(): Entry[] {
  const entries = Object.values(sample());
  return entries.map((entry) => {
    const parent = entries.find(({ dn }) => entry.dn === `${entry.rdn},${dn}`);
    return { ...entry, ...(parent && { parentUuid: parent.uuid }) };
  });
}

const content = (entries: Iterable<Entry>): Map<string, unknown> =>
  new Map([...entries].map(({ dn, attributes }) => [dn, attributes] as const).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Changes the sample by LDIF, and back by `operationsTo`. */
function thereAndBack(ldif: string): { ops: string[]; before: unknown; after: unknown } {
  const before = linked();
  const draft = new DraftDirectory(BASE, before, NOW);
  const { records, problems } = readLdif(ldif);
  expect(problems).toEqual([]);
  for (const [index, { operation }] of records.entries()) expect(draft.apply(operation, index)).toBeUndefined();
  const now = new Map([...draft.entries()].map((entry) => [entry.uuid, storeEntry(entry)]));
  const old = new Map(before.map((entry) => [entry.uuid, storeEntry(entry)]));
  const uuids = new Set([...now.keys(), ...old.keys()]);
  const wanted = new Map<string, StoredEntry | undefined>([...uuids].map((uuid) => [uuid, old.get(uuid)]));
  const operations = operationsTo(now.values(), wanted);
  for (const [index, operation] of operations.entries()) expect(draft.apply(operation, index)).toBeUndefined();
  return { ops: operations.map(({ op }) => op), before: content(before), after: content(draft.entries()) };
}

const rename = (dn: string, rdn: string, superior = ''): string =>
  `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${rdn}\ndeleteoldrdn: 1\n${superior && `newsuperior: ${superior}\n`}`;
const remove = (dn: string): string => `dn: ${dn}\nchangetype: delete\n`;

describe('operationsTo', () => {
  test.each([
    ['nothing', '', []],
    ['a modification', `dn: ${vmDn('orders')}\nchangetype: modify\nreplace: drvsMode\ndrvsMode: 700\n`, ['modify']],
    ['a deletion', remove(`cn=ledger,${vmDn('billing')}`), ['add']],
    ['an addition', `dn: cn=x,${vmDn('billing')}\nobjectClass: drvsProcess\n`, ['delete']],
    [
      'a VM deleted with its processes',
      ['cn=ledger,', 'cn=clerk,', ''].map((rdn) => remove(`${rdn}${vmDn('billing')}`)).join('\n'),
      ['add', 'add', 'add'],
    ],
    ['a VM renamed, with all that is below it', rename(vmDn('orders'), 'cn=sales'), ['rename']],
    [
      'a VM renamed and a process of it renamed and changed',
      [
        rename(vmDn('orders'), 'cn=sales'),
        rename(`cn=server1,${vmDn('sales')}`, 'cn=desk'),
        `dn: cn=desk,${vmDn('sales')}\nchangetype: modify\nreplace: drvsProcNr\ndrvsProcNr: 77\n`,
      ].join('\n'),
      ['rename', 'rename', 'modify'],
    ],
    [
      'a process moved to another VM',
      rename(`cn=server1,${vmDn('orders')}`, 'cn=server1', vmDn('billing')),
      ['rename'],
    ],
    [
      'an entry deleted, and another of its name added: it becomes the old one',
      [remove(nodeDn('node3')), `dn: ${nodeDn('node3')}\nobjectClass: drvsNode\ndrvsNodeId: 33\n`].join('\n'),
      ['modify'],
    ],
  ])('takes back %s', (_what, ldif, expected) => {
    const { ops, before, after } = thereAndBack(ldif);
    expect(after).toEqual(before);
    expect(ops).toEqual(expected);
  });
});
