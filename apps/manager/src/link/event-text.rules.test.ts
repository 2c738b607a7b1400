// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import type { DesiredVm } from '@drvs/contracts';
import { describeCondition, describeNodeEvent, describeTransition } from './event-text.rules.js';

const NOW = '2026-01-01T00:00:00.000Z';
const VMS = [{ vmId: 3, name: 'orders', processes: [{ nr: 1, name: 'server' }] }] as unknown as DesiredVm[];

test('an event of a node is told in names, and in numbers where there are none', () => {
  const unbind = { kind: 'unbind', at: NOW, vmId: 3, nr: 1, cause: 'signal:9' } as const;
  expect(describeNodeEvent(unbind, 'node1', VMS, NOW)).toMatchObject({
    kind: 'unbind',
    vm: 'orders',
    process: 'server',
    message: 'orders/server unbound on node1 (signal:9)',
  });

  const unknown = describeNodeEvent({ kind: 'bind', at: 'yesterday', vmId: 9, nr: 4 }, 'node1', VMS, NOW);
  expect(unknown).toMatchObject({ at: NOW, vm: '9', process: '4', message: '9/4 bound on node1' });
});

test('transitions of processes and conditions say what was and what is', () => {
  expect(describeTransition({ vmId: 3, nr: 1, before: 'starting', after: 'bound' }, 'node1', VMS, NOW).message).toBe(
    'orders/server on node1 is bound (was starting)',
  );
  expect(describeCondition({ type: 'ModuleMissing', after: null, message: 'm' }, 'node1', NOW).message).toBe(
    'node1: no longer ModuleMissing',
  );
});
