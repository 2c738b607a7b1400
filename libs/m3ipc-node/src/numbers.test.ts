// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { Endpoint } from './endpoint.js';
import { checkNumbers } from './numbers.js';
import { openKernel } from './kernel.js';

describe('numbers of calls', () => {
  test('what 32 bits hold passes, everything else is named and refused', () => {
    const fine = { nr: -250, uid: 2 ** 32 - 1, name: 'x', nodes: [0, 1023], left: undefined };
    expect(checkNumbers('vmInit', fine)).toBe(fine);
    expect(() => checkNumbers('vmInit', { vmId: 2 ** 32 })).toThrow(
      'vmInit: vmId is 4294967296; it must be a whole number of 32 bits',
    );
    expect(() => checkNumbers('vmInit', { procs: 1.5 })).toThrow('procs is 1.5');
    expect(() => checkNumbers('vmInit', { procs: Number.NaN })).toThrow('procs is NaN');
    expect(() => checkNumbers('vmInit', { nodes: [1, 2 ** 40] })).toThrow('nodes is 1099511627776');
  });

  test('every door checks', async () => {
    const kernel = openKernel();
    const far = 2 ** 40;
    const calls = [
      () => kernel.vm(far),
      () => kernel.process(1, far),
      () => kernel.processes({ vmId: far, tasks: 35 }),
      () => kernel.slot(1, far),
      () => kernel.node(far),
      () => kernel.endpointOf(far),
      () => kernel.privileges(1, far),
      () => kernel.setPrivileges(1, far, {}),
      () => kernel.drvsInit({ nodeId: far }),
      () => kernel.vmInit({ vmId: far, name: 'x' }),
      () => kernel.vmSet({ vmId: 1, nodes: [far] }),
      () => kernel.vmEnd(far),
      () => kernel.slotSet({ vmId: 1, nr: far }),
      () => kernel.slotClear(1, far),
      () => kernel.bindThread(1, far, 1),
      () => kernel.unbind(1, far),
      () => kernel.wakeup(1, far),
      () => kernel.hardwareNotify(1, far),
    ];
    for (const call of calls) expect(call).toThrow('1099511627776; it must be a whole number of 32 bits');
    await expect(kernel.wait4bindep(1, far)).rejects.toThrow('whole number of 32 bits');
    await expect(kernel.wait4unbind(1, far)).rejects.toThrow('whole number of 32 bits');
    await expect(kernel.poll(1, far)).rejects.toThrow('whole number of 32 bits');
    const endpoint = Endpoint.unbound();
    await expect(endpoint.bind(1, far)).rejects.toThrow('whole number of 32 bits');
    await expect(endpoint.send(far, { type: 1 })).rejects.toThrow('whole number of 32 bits');
    await expect(endpoint.receive(undefined, { timeoutMs: -2 })).rejects.toThrow('timeoutMs is -2');
    await expect(endpoint.receive(undefined, { timeoutMs: 0.5 })).rejects.toThrow('timeoutMs is 0.5');
    await endpoint.close();
  });
});
