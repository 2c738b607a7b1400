// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { WriteOperation } from '../client/types.js';
import type { Entry } from '../entry.js';
import { readLdif } from '../ldif/read.js';
import { writeLdifContent } from '../ldif/write.js';
import { parse } from '../parse/parse.js';
import { BASE, nodeDn, sample, vmDn } from '../testing/sample.js';
import { DraftDirectory } from './draft-directory.js';
import { foresee } from './outlook.js';
import { CHANGE_CODES, type ChangeCode, type ChangeOutlook } from './types.js';

const NOW = Date.UTC(2026, 0, 2);
const entries = Object.values(sample());
const previous = parse(entries, undefined, { baseDn: BASE }).topology;
const bound = new Map(
  previous.vms.flatMap(({ vmId, processes }) => processes.map(({ nr }) => [`${vmId}/${nr}`, 1] as const)),
);

function outlook(ldif: string, present: readonly Entry[] = entries): ChangeOutlook {
  const { records, problems } = readLdif(ldif);
  expect(problems).toEqual([]);
  const operations = records.map(({ operation }) => operation);
  return foresee({ baseDn: BASE, entries: present, previous, operations, now: NOW, bound });
}

const server3 = `dn: cn=server3,${vmDn('orders')}
objectClass: drvsProcess
drvsProcNr: 9
drvsOnNode: ${nodeDn('node2').toUpperCase()}
drvsExec: /usr/bin/m3ipc serve
`;

describe('a change set on paper', () => {
  test('an added process is desired, and nothing ends', () => {
    const { faults, problems, effects, next } = outlook(server3);
    expect({ faults, problems, effects }).toEqual({ faults: [], problems: [], effects: [] });
    const orders = next.vms.find(({ name }) => name === 'orders');
    expect(orders?.processes.map(({ name, nr }) => [name, nr])).toContainEqual(['server3', 9]);
  });

  test('a deleted VM ends its bound processes and its placements', () => {
    const gone = ['cn=ledger,', 'cn=clerk,', ''].map((rdn) => `dn: ${rdn}${vmDn('billing')}\nchangetype: delete\n`);
    const { faults, effects } = outlook(gone.join('\n'));
    expect(faults).toEqual([]);
    expect(effects.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      'process 20/1',
      'process 20/2',
      'placement 20@2',
      'placement 20@3',
    ]);
  });

  test('renaming a VM ends nothing and takes its processes along', () => {
    const rename = `dn: ${vmDn('orders')}\nchangetype: modrdn\nnewrdn: cn=sales\ndeleteoldrdn: 1\n`;
    const { faults, problems, effects, next } = outlook(rename);
    expect({ faults, problems, effects }).toEqual({ faults: [], problems: [], effects: [] });
    const sales = next.vms.find(({ name }) => name === 'sales');
    expect(sales?.processes.map(({ dn }) => dn)).toContain(`cn=server1,${vmDn('sales')}`);
  });

  test('modifications: values added, deleted, replaced; DNs and classes compared as such', () => {
    const { faults, next } = outlook(`dn: ${vmDn('orders')}
changetype: modify
add: objectClass
objectClass: extensibleObject
-
delete: drvsSpansNode
drvsSpansNode: ${nodeDn('node1').replace('cn=', 'CN=')}
-
add: drvsSpansNode
drvsSpansNode: ${nodeDn('node3')}
-
replace: drvsLabel
drvsLabel: tier=1
-
`);
    expect(faults).toEqual([]);
    const orders = next.vms.find(({ name }) => name === 'orders');
    expect(orders?.spans).toEqual([nodeDn('node2'), nodeDn('node3')]);
    expect(orders?.labels).toEqual({ tier: '1' });
  });

  test('only problems that the change brings are told', () => {
    const spoiled = [...entries, { ...(sample()['node3'] as Entry), dn: nodeDn('copy'), rdn: 'cn=copy' }];
    const { problems } = outlook(
      `dn: ${vmDn('orders')}\nchangetype: modify\nreplace: drvsMode\ndrvsMode: 9\n`,
      spoiled,
    );
    expect(problems.map(({ code, dn }) => [code, dn])).toEqual([['ModeInvalid', vmDn('orders')]]);
  });

  test('an operation works on what those before it made', () => {
    const { faults, next } = outlook(`dn: cn=node4,ou=nodes,${BASE}
objectClass: device
objectClass: drvsNode
drvsNodeId: 4
userPassword: secret

dn: cn=node4,ou=nodes,${BASE}
changetype: modrdn
newrdn: cn=node5
deleteoldrdn: 1

dn: cn=node5,ou=nodes,${BASE}
changetype: modify
delete: userPassword
`);
    expect(faults).toEqual([]);
    expect(next.nodes.map(({ name }) => name)).toContain('node5');
    expect(JSON.stringify(next)).not.toContain('secret');
  });

  test("a whole directory's dump is read with the identities that it has", () => {
    const dump = writeLdifContent(
      entries.map(({ dn, uuid, attributes }) => ({
        dn,
        attributes: { ...Object.fromEntries(attributes), entryuuid: [uuid] },
      })),
    );
    const { faults, next } = outlook(dump, []);
    expect(faults).toEqual([]);
    expect(next.vms.map(({ uuid }) => uuid)).toEqual(previous.vms.map(({ uuid }) => uuid));
  });
});

describe('what cannot be carried out', () => {
  const modify = (dn: string, ...lines: string[]): string => [`dn: ${dn}`, 'changetype: modify', ...lines].join('\n');
  const cases: readonly (readonly [ChangeCode, string])[] = [
    ['OutsideBase', 'dn: cn=x,dc=elsewhere\nobjectClass: device\n'],
    ['EntryExists', `dn: ${nodeDn('NODE1')}\nobjectClass: device\n`],
    ['EntryAbsent', `dn: ${nodeDn('node9')}\nchangetype: delete\n`],
    ['ParentAbsent', server3.replace('cn=orders', 'cn=nosuch')],
    [
      'ParentAbsent',
      `dn: ${vmDn('orders')}\nchangetype: modrdn\nnewrdn: cn=x\ndeleteoldrdn: 1\nnewsuperior: ${vmDn('orders')}\n`,
    ],
    ['EntryNotEmpty', `dn: ${vmDn('orders')}\nchangetype: delete\n`],
    ['ValueExists', modify(vmDn('orders'), 'add: objectClass', 'objectClass: DRVSVM')],
    ['ValueAbsent', modify(vmDn('orders'), 'delete: drvsVmId', 'drvsVmId: 99')],
    ['ValueAbsent', modify(vmDn('orders'), 'delete: description')],
    ['NameFixed', modify(vmDn('orders'), 'replace: cn', 'cn: x')],
    ['LastClass', modify(vmDn('orders'), 'delete: objectClass')],
    ['LastClass', `dn: ${nodeDn('node9')}\ndrvsNodeId: 9\n`],
  ];
  test.each(cases)('%s', (code, ldif) => {
    const { faults, next } = outlook(ldif);
    expect(faults).toEqual([
      expect.objectContaining({ index: 0, code, message: expect.stringContaining(CHANGE_CODES[code].rule) }),
    ]);
    // Nothing of it came about.
    expect(next).toEqual(previous);
  });

  test('every code is met above', () => {
    expect(new Set(cases.map(([code]) => code))).toEqual(new Set(Object.keys(CHANGE_CODES)));
  });

  test('a fault names its operation, and the others are judged', () => {
    const operations: WriteOperation[] = [
      { op: 'delete', dn: nodeDn('node9') },
      { op: 'delete', dn: `cn=ledger,${vmDn('billing')}` },
    ];
    const { faults, effects } = foresee({ baseDn: BASE, entries, previous, operations, now: NOW, bound });
    expect(faults.map(({ index }) => index)).toEqual([0]);
    expect(effects.map(({ key }) => key)).toEqual(['20/1']);
  });
});

describe('taking back', () => {
  const everything = [
    server3,
    `dn: ${vmDn('orders')}\nchangetype: modify\nreplace: drvsMode\ndrvsMode: 700\n-\ndelete: drvsSpansNode\ndrvsSpansNode: ${nodeDn('node1')}\n`,
    `dn: ${vmDn('orders')}\nchangetype: modrdn\nnewrdn: cn=sales\ndeleteoldrdn: 1\n`,
    `dn: cn=ledger,${vmDn('billing')}\nchangetype: delete\n`,
    `dn: cn=clerk,${vmDn('billing')}\nchangetype: modrdn\nnewrdn: cn=clerk\ndeleteoldrdn: 1\nnewsuperior: ${vmDn('sales')}\n`,
  ].join('\n');

  test('the inverses of a change set, last first, give the directory back', () => {
    const { records } = readLdif(everything);
    const operations = records.map(({ operation }) => operation);
    const { faults, inverses } = foresee({ baseDn: BASE, entries, previous, operations, now: NOW, bound });
    expect(faults).toEqual([]);
    const back = [...inverses].reverse().flatMap((operation) => operation ?? []);
    const draft = new DraftDirectory(BASE, entries, NOW);
    for (const [index, operation] of [...operations, ...back].entries()) {
      expect(draft.apply(operation, index)).toBeUndefined();
    }
    const content = (list: Iterable<Entry>): unknown =>
      new Map([...list].map(({ dn, attributes }) => [dn, attributes] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(content(draft.entries())).toEqual(content(entries));
  });

  test('what the guard is to let pass are the entries touched, with a changed system the VMs it takes along', () => {
    const uuidOf = (dn: string): string | undefined => entries.find((entry) => entry.dn === dn)?.uuid;
    expect(outlook(`dn: ${vmDn('billing')}\nchangetype: modify\nreplace: drvsMode\ndrvsMode: 700\n`).touched).toEqual([
      uuidOf(vmDn('billing')),
    ]);
    const fewer = outlook(`dn: ${BASE}\nchangetype: modify\nreplace: drvsMaxVms\ndrvsMaxVms: 1\n`);
    expect(fewer.touched).toContain(uuidOf(BASE));
  });
});
