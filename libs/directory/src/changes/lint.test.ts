// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { writeLdifContent } from '../ldif/write.js';
import { BASE, nodeDn, sample, vmDn } from '../testing/sample.js';
import { lint, type LintFile, type LintFinding } from './lint.js';

const now = Date.UTC(2026, 0, 1);
const file = (name: string, text: string): LintFile => ({ name, bytes: Buffer.from(text) });
const whole = file(
  'site.ldif',
  `dn: dc=example\nobjectClass: domain\n\n${writeLdifContent(
    Object.values(sample()).map(({ dn, attributes }) => ({ dn, attributes: Object.fromEntries(attributes) })),
  ).replace('version: 1\n\n', '')}`,
);
const brief = ({ file, line, code }: LintFinding): unknown[] => [file, line, code];

describe('lint', () => {
  test('a whole directory in order has nothing to complain of', () => {
    const { baseDn, findings, topology } = lint([whole], { now });
    expect(findings).toEqual([]);
    expect(baseDn).toBe(BASE);
    expect(topology.vms.map(({ name, processes }) => [name, processes.length])).toEqual([
      ['orders', 3],
      ['billing', 2],
    ]);
  });

  test('mistakes of LDIF, of operations and of records are told together, each with its place', () => {
    const more = file(
      'more.ldif',
      [
        `dn: cn=node9,ou=nodes,${BASE}\nobjectClass: drvsNode\ndrvsNodeId: 5000`,
        `dn: cn=x,${vmDn('nosuch')}\nobjectClass: drvsProcess`,
        'dn: nonsense\nobjectClass: device',
        `dn: ${vmDn('orders')}\nchangetype: modify\nreplace: drvsMode\ndrvsMode: rwx`,
      ].join('\n\n'),
    );
    const { findings } = lint([whole, more], { now });
    expect(findings.map(brief)).toEqual([
      // The VM whose mode is spoilt below has no valid version before it: its processes have no VM.
      ...[45, 52, 60].map((line) => ['site.ldif', line, 'ProcessVmUnusable']),
      ['more.ldif', 1, 'NodeIdInvalid'],
      ['more.ldif', 5, 'ParentAbsent'],
      ['more.ldif', 8, 'DnInvalid'],
      ['more.ldif', 11, 'ModeInvalid'],
    ]);
  });

  test('onto: only what the change brings is told, also where it breaks what others say', () => {
    const spoilt = file(
      'present.ldif',
      `${String(Buffer.from(whole.bytes))}\ndn: cn=odd,ou=nodes,${BASE}\nobjectClass: drvsNode\n`,
    );
    const gone = file('gone.ldif', `dn: ${nodeDn('node3')}\nchangetype: delete\n`);
    const { findings } = lint([gone], { now, onto: [spoilt] });
    expect(findings.map(({ file: name, code, dn }) => [name, code, dn])).toEqual([
      [undefined, 'SpanDangling', vmDn('billing')],
      [undefined, 'OnNodeDangling', `cn=clerk,${vmDn('billing')}`],
    ]);
  });

  test('a base that no file has is found from the DNs, and one that is given is believed', () => {
    const node = file('node.ldif', `dn: ${nodeDn('node1')}\nobjectClass: drvsNode\ndrvsNodeId: 1\n`);
    expect(lint([node], { now }).baseDn).toBe(BASE);
    expect(lint([node], { now }).findings.map(brief)).toEqual([
      ['node.ldif', 1, 'ParentAbsent'],
      [undefined, undefined, 'SystemMissing'],
    ]);
    expect(lint([node], { now, baseDn: 'ou=other' }).findings.map(brief)).toContainEqual([
      'node.ldif',
      1,
      'OutsideBase',
    ]);
    expect(lint([file('empty.ldif', '')], { now }).baseDn).toBeUndefined();
  });
});
