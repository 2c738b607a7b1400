// SPDX-License-Identifier: Apache-2.0
// Levels, maps of calls and of peers.
import assert from 'node:assert/strict';
import { peerMap } from '../../dist/index.js';
import { kernel, refused, withEndpoints } from './support.mjs';

const VM = 105;

export const checks = {
  'privileges are shown and changed: level, calls, peers': async () => {
    kernel.vmInit({ vmId: VM, name: 'privileges', level: 'server' });
    await withEndpoints(VM, [1, 2, 20], async (server, other, client) => {
      assert.equal((await server.privileges()).level, 'server');
      assert.deepEqual(await server.privileges(20), { level: 'server' });
      await assert.rejects(client.srcNotify(1, 2), refused('ETRAPDENIED', 'srcNotify'));
      kernel.setPrivileges(VM, 20, { level: 'user' });
      assert.deepEqual(kernel.privileges(VM, 20), { level: 'user' });
      await assert.rejects(client.send(1, { type: 1 }), refused('ETRAPDENIED', 'send'));
      const peers = { map: peerMap([2, 20]), others: false };
      kernel.setPrivileges(VM, 20, { level: 'server', calls: ['send', 'notify'], peers });
      assert.deepEqual(kernel.privileges(VM, 20), { level: 'server', calls: ['send', 'notify'], peers });
      await assert.rejects(client.notify(1), refused('ECALLDENIED', 'notify'));
      await client.notify(2);
      assert.equal((await other.receive()).source, 20);
      await assert.rejects(client.receive(), refused('ETRAPDENIED', 'receive'));
    });
  },
  'a process of level system changes the privileges of others': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      kernel.setPrivileges(VM, 1, { level: 'system' });
      await server.setPrivileges(client.endpoint, { level: 'task' });
      assert.equal((await client.privileges()).level, 'task');
      await client.srcNotify(client.endpoint & 0xffff, 1);
      assert.equal((await server.receive()).source, client.endpoint);
      assert.throws(() => kernel.setPrivileges(VM, 77, {}), refused('ENOTBIND', 'setPrivileges'));
    }),
  'a slot gives its occupant what it may do': async () => {
    kernel.slotSet({ vmId: VM, nr: 60, level: 'user', calls: ['sendrec', 'receive'] });
    await withEndpoints(VM, [60, 1], async (endpoint) => {
      assert.deepEqual((await endpoint.privileges()).calls, ['receive', 'sendrec']);
      await assert.rejects(endpoint.notify(1), refused('ETRAPDENIED'));
    });
    kernel.vmEnd(VM);
  },
};
