// SPDX-License-Identifier: Apache-2.0
// Whatever a directory holds, parsing gives an answer: thousands of entries made of odd names, values and repetitions.
import type { Topology } from '@drvs/contracts';
import { expect, test } from '@jest/globals';
import type { Entry } from '../entry.js';
import { digest } from '../project/digest.js';
import { project } from '../project/project.js';
import { BASE, edit, nodeDn, sample, vmDn } from '../testing/sample.js';
import { parse } from './parse.js';

/** A small generator with a seed, so that a failure can be repeated (xorshift32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}

const ODD = [
  ...['', ' ', '0', '-1', '1', '2', '3', '10', '20', '99999999999', '1e3', 'TRUE', 'node1', 'server1', 'client1'],
  ...[
    '\0',
    '\u{1F600}',
    '__proto__',
    'constructor',
    'a=b',
    '=',
    'cn=',
    'cn=x\\',
    '/bin/x',
    '/bin/x "',
    "/x '",
    '/../x',
  ],
  ...[
    'stopped',
    'drained',
    'active',
    'running',
    'system',
    'x'.repeat(5_000),
    nodeDn('node1'),
    nodeDn('node2'),
    vmDn('orders'),
  ],
  ...['https://m', '-----BEGIN CERTIFICATE-----', 'eth:eth0', 'udp:10.0.0.1:x', 'key:/a', '755', '\ud800'],
];
const NAMES = [
  ...[
    'objectClass',
    'cn',
    'ou',
    'drvsNodeId',
    'drvsNodeIdAuto',
    'drvsVmId',
    'drvsProcNr',
    'drvsOnNode',
    'drvsSpansNode',
  ],
  ...['drvsExec', 'drvsAfter', 'drvsAdminState', 'drvsAdminReason', 'drvsEnvironment', 'drvsLabel', 'drvsMaxProcs'],
  ...[
    'drvsMaxTasks',
    'drvsSystemId',
    'drvsMaxNodes',
    'drvsMaxVms',
    'drvsGuardWindow',
    'drvsManagerUrl',
    'drvsManagerCa',
  ],
  ...['drvsMode', 'drvsOwner', 'drvsCredential', 'drvsLevel', 'drvsAllowedCall', 'drvsAllowedPeer', 'drvsAdmitUser'],
];
const CLASSES = ['drvsSystem', 'drvsNode', 'drvsVm', 'drvsProcess', 'DRVSVM', 'device', 'organizationalUnit'];
const PLACES = [
  BASE,
  `ou=nodes,${BASE}`,
  `ou=vms,${BASE}`,
  vmDn('orders'),
  vmDn('billing'),
  '',
  'no dn',
  nodeDn('node1'),
];

function mutate(entries: Entry[], roll: (sides: number) => number): void {
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
  const at = roll(entries.length);
  const victim = entries[at] as Entry;
  const values = Array.from({ length: roll(3) }, () => pick(ODD));
  switch (roll(7)) {
    case 0:
      entries.splice(at, 1);
      return;
    case 1:
      entries[at] = { ...victim, dn: `cn=${pick(ODD)},${pick(PLACES)}` };
      return;
    case 2:
      entries[at] = edit(victim, { objectClass: [pick(CLASSES), pick(CLASSES)] });
      return;
    case 3:
      entries.push({
        ...edit(victim, {}),
        uuid: `${roll(1e9)}`,
        ...(roll(2) && { dn: `cn=n${roll(9)},${pick(PLACES)}` }),
      });
      return;
    case 4:
      entries[at] = edit(victim, { [pick(NAMES)]: undefined });
      return;
    default:
      entries[at] = edit(victim, { [pick(NAMES)]: values.length > 0 ? values : undefined });
  }
}

function checkSane(topology: Topology): void {
  const nodeDns = new Set(topology.nodes.map(({ dn }) => dn));
  expect(new Set(topology.nodes.map(({ nodeId }) => nodeId)).size).toBe(topology.nodes.length);
  expect(new Set(topology.vms.map(({ vmId }) => vmId)).size).toBe(topology.vms.length);
  expect(new Set(topology.vms.map(({ name }) => name)).size).toBe(topology.vms.length);
  for (const vm of topology.vms) {
    expect(vm.spans.every((dn) => nodeDns.has(dn))).toBe(true);
    expect(new Set(vm.processes.map(({ nr }) => nr)).size).toBe(vm.processes.length);
    for (const process of vm.processes) {
      expect(vm.spans).toContain(process.onNode);
      expect(process.nr >= -vm.tasks && process.nr < vm.procs).toBe(true);
    }
  }
}

test.each([1, 2, 3, 4, 5])(
  'seed %i: no throw, unique numbers, no dangling reference, same result in any order',
  (seed) => {
    const roll = dice(seed * 7_919);
    for (let round = 0; round < 20; round += 1) {
      const entries = Object.values(sample());
      let previous = parse(entries, undefined, { baseDn: BASE }).topology;
      for (let step = 0; step < 6; step += 1) {
        mutate(entries, roll);
        if (entries.length === 0) break;
        const result = parse(entries, previous, { baseDn: BASE });
        checkSane(result.topology);
        const reversed = parse([...entries].reverse(), previous, { baseDn: BASE });
        expect(reversed.topology.nodes).toEqual(result.topology.nodes);
        for (const { dn } of result.topology.nodes) {
          const document = project(result.topology, dn, result.losers);
          if (document) expect(digest(document)).toMatch(/^[0-9a-f]{64}$/);
        }
        previous = result.topology;
      }
    }
  },
);

test('one bad record stops only itself: five of a hundred', () => {
  const good = Object.values(sample());
  const roll = dice(42);
  const many = good.concat(
    Array.from({ length: 95 }, (_, index) => {
      const nr = index + 10;
      const entry = edit(sample().server1!, { cn: `p${nr}`, drvsProcNr: `${nr}` });
      return { ...entry, uuid: `many-${nr}`, dn: `cn=p${nr},${vmDn('orders')}`, rdn: `cn=p${nr}` };
    }),
  );
  const bad = new Set(Array.from({ length: 5 }, () => good.length + roll(95)));
  const spoiled = many.map((entry, index) => (bad.has(index) ? edit(entry, { drvsExec: 'not absolute' }) : entry));
  const result = parse(spoiled, undefined, { baseDn: BASE });
  expect(result.problems).toHaveLength(bad.size);
  expect(result.topology.vms[0]?.processes).toHaveLength(3 + 95 - bad.size);
});
