// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import type { Entry, WriteOperation } from '@drvs/directory';
import { AUTOMATIC_VMIDS, numberVms } from './number-vms.rules.js';

const vm = (cn: string, vmId?: string): WriteOperation => ({
  op: 'add',
  dn: `cn=${cn}`,
  attributes: { objectClass: ['DrvsVM'], cn: [cn], ...(vmId !== undefined && { drvsVmId: [vmId] }) },
});
const entry = (vmId: number): Entry => ({
  uuid: `u${vmId}`,
  dn: `cn=v${vmId}`,
  rdn: `cn=v${vmId}`,
  attributes: new Map([['drvsvmid', [String(vmId)]]]),
});
const idsOf = (operations: readonly WriteOperation[]): unknown[] =>
  operations.map((operation) => (operation.op === 'add' ? operation.attributes['drvsVmId']?.[0] : undefined));

test('VMs without a number get the lowest that neither entry, operation nor the last day has', () => {
  const move: WriteOperation = {
    op: 'modify',
    dn: 'cn=v0',
    changes: [{ op: 'replace', attribute: 'drvsvmid', values: ['5'] }],
  };
  const operations = [vm('a'), vm('b', '2'), vm('c'), move, vm('d')];

  const { operations: given, numbered } = numberVms(operations, [entry(0)], new Set([1, 3]));

  expect(idsOf(given)).toEqual(['4', '2', '6', undefined, '7']);
  expect(numbered).toEqual([0, 2, 4]);
});

test('numbers of the last day are used when there is no other, and none is made up when all are taken', () => {
  const all = Array.from({ length: AUTOMATIC_VMIDS }, (_, id) => entry(id));
  expect(idsOf(numberVms([vm('a')], all.slice(0, -1), new Set([AUTOMATIC_VMIDS - 1])).operations)).toEqual([
    String(AUTOMATIC_VMIDS - 1),
  ]);
  expect(numberVms([vm('a')], all, new Set())).toEqual({ operations: [vm('a')], numbered: [] });
});
