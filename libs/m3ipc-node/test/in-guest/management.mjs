// SPDX-License-Identifier: Apache-2.0
// The DRVS, VMs, slots, nodes and the bindings of others.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ANY, Endpoint, NONE } from '../../dist/index.js';
import { blocked, kernel, refused, withEndpoints } from './support.mjs';

const VM = 100;
const UUID = '6f4f0f5e-9f0e-4c53-9d0b-2f6a3a3a7c10';
const TAG = Buffer.from('a mark of ours\0\0');
const SETTINGS = {
  vmId: VM,
  name: 'orders',
  procs: 300,
  tasks: 35,
  sysProcs: 64,
  uid: 5,
  gid: 6,
  mode: 0o751,
  level: 'server',
  nodes: [7, 9],
};

/** Those properties of an object that another has. */
function same(object, wanted) {
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, object[key]]));
}

export const checks = {
  'before drvsInit every VM call says EDVSINIT': () => {
    assert.equal(kernel.drvs().running, false);
    assert.throws(() => kernel.vmInit({ vmId: VM, name: 'early' }), refused('EDVSINIT'));
    assert.throws(() => kernel.endpointOf(process.pid), refused('EDVSINIT'));
  },
  'drvsInit joins with nodeid, source, name, UUID and limits': () => {
    const before = Date.now();
    assert.equal(kernel.drvsInit({ nodeId: 7, source: 'agent', uuid: UUID, name: 'node7', maxVms: 50 }), 7);
    const wanted = { running: true, nodeId: 7, source: 'agent', uuid: UUID, name: 'node7', maxVms: 50, maxNodes: 1024 };
    assert.deepEqual(same(kernel.drvs(), wanted), wanted);
    assert.ok(kernel.drvs().sinceMs >= before - 1);
    assert.throws(() => kernel.drvsInit({ nodeId: 8 }), refused('EDVSBUSY', 'drvsInit'));
    const local = kernel.nodes().filter((node) => node.local);
    assert.deepEqual(
      local.map((node) => node.nodeId),
      [7],
    );
    assert.equal(kernel.node(7).name, 'node7');
    assert.throws(() => kernel.node(5000), refused('EBADNODEID'));
  },
  'vmInit makes a VM as asked, and vm and vms show it': () => {
    kernel.vmInit({ ...SETTINGS, tag: TAG });
    const wanted = { ...SETTINGS, abi: 'native', policy: 'consent', bound: 0, warnTo: NONE };
    assert.deepEqual(same(kernel.vm(VM), wanted), wanted);
    assert.deepEqual(kernel.vms(), [kernel.vm(VM)]);
    assert.ok(kernel.vm(VM).tag.equals(TAG));
  },
  'a bad VM is refused with its reason': () => {
    assert.throws(() => kernel.vmInit({ vmId: VM, name: 'twice' }), refused('ERSCBUSY'));
    assert.throws(() => kernel.vmInit({ vmId: 70_000, name: 'far' }), refused('EBADDCID'));
    assert.throws(() => kernel.vmInit({ vmId: 5, name: 'bad name' }), refused('ENAMESIZE'));
    assert.throws(() => kernel.vmInit({ vmId: 5, name: 'a-name-of-more-than-31-characters' }), refused('ENAMESIZE'));
    assert.throws(() => kernel.vmEnd(4000), refused('EDCNOTRUN'));
    assert.throws(() => kernel.vm(4000), refused('EDCNOTRUN'));
  },
  'vmSet changes only what is given': () => {
    kernel.vmSet({ vmId: VM, name: 'renamed', mode: 0o700, warnTo: 3, warnType: 77 });
    const wanted = { ...SETTINGS, name: 'renamed', mode: 0o700, warnTo: 3, warnType: 77 };
    assert.deepEqual(same(kernel.vm(VM), wanted), wanted);
    assert.ok(kernel.vm(VM).tag.equals(TAG));
    kernel.vmSet({ vmId: VM, nodes: [7], warnTo: NONE });
    assert.deepEqual(kernel.vm(VM).nodes, [7]);
    kernel.vmSet({ vmId: VM, procs: 400, tasks: 35, sysProcs: 64 });
    assert.equal(kernel.vm(VM).procs, 400);
    assert.throws(() => kernel.vmSet({ vmId: VM, procs: 10, tasks: 35, sysProcs: 64 }), refused('EBADRANGE'));
  },
  'a slot is reserved, shown and freed': () => {
    const slot = { vmId: VM, nr: 40, nodeId: 7, uid: 990, level: 'user', calls: ['receive', 'sendrec'] };
    kernel.slotSet(slot);
    kernel.slotSet({ vmId: VM, nr: 41 });
    assert.deepEqual(kernel.slot(VM, 40), slot);
    assert.deepEqual(kernel.slot(VM, 41), { vmId: VM, nr: 41 });
    assert.equal(kernel.slot(VM, 42), undefined);
    assert.deepEqual(
      kernel.processes(kernel.vm(VM)).map(({ nr, reserved, bound }) => [nr, reserved, bound]),
      [
        [40, true, false],
        [41, true, false],
      ],
    );
    assert.equal(kernel.vm(VM).reserved, 2);
    kernel.slotClear(VM, 40);
    assert.equal(kernel.slot(VM, 40), undefined);
    assert.throws(() => kernel.slotSet({ vmId: VM, nr: 5000 }), refused('EBADPROC'));
  },
  'a bound process is shown with its thread, state and counters': () =>
    withEndpoints(VM, [50], async (endpoint) => {
      const waiting = assert.rejects(endpoint.receive(ANY, { timeoutMs: 60_000 }), refused('EINTR', 'receive'));
      await blocked(VM, 50, 'receiving');
      const wanted = { bound: true, endpoint: 50, pid: endpoint.tid, tgid: process.pid, getFrom: ANY, sendTo: NONE };
      assert.deepEqual(same(kernel.process(VM, 50), wanted), wanted);
      assert.deepEqual(kernel.endpointOf(endpoint.tid), { vmId: VM, endpoint: 50 });
      assert.throws(() => kernel.endpointOf(process.pid), refused('ENOTBIND'));
      assert.throws(() => kernel.process(VM, 5000), refused('EBADPROC'));
      await Promise.all([endpoint.close(), waiting]);
      assert.equal(kernel.process(VM, 50).bound, false);
    }),
  'a thread is bound by another and waits for that': async () => {
    const endpoint = Endpoint.unbound();
    assert.throws(() => endpoint.endpoint, refused('ENOTBIND'));
    await assert.rejects(endpoint.wait4bind({ timeoutMs: 0 }), refused('EAGAIN', 'wait4bind'));
    const waiting = endpoint.wait4bind();
    assert.equal(kernel.bindThread(VM, -3, endpoint.tid), -3);
    assert.deepEqual(await waiting, { vmId: VM, endpoint: -3 });
    assert.deepEqual([endpoint.vmId, endpoint.endpoint], [VM, -3]);
    assert.throws(() => kernel.bindThread(VM, -4, endpoint.tid), refused('ESLOTUSED'));
    assert.throws(() => kernel.bindThread(VM, -4, 2 ** 22), refused('EBADPID'));
    await endpoint.close();
    assert.equal(kernel.process(VM, -3).bound, false);
  },
  'a slot in use, a bad number and an absent VM are refused': () =>
    withEndpoints(VM, [1], async () => {
      await assert.rejects(Endpoint.bind(VM, 1), refused('ESLOTUSED', 'bind'));
      await assert.rejects(Endpoint.bind(VM, 5000), refused('EBADPROC'));
      await assert.rejects(Endpoint.bind(4000, 1), refused('EDCNOTRUN'));
    }),
  'others are waited for, until they are bound and until they are not': async () => {
    await assert.rejects(kernel.wait4bindep(VM, 61, { timeoutMs: 10 }), refused('ETIMEDOUT', 'wait4bindep'));
    const bound = kernel.wait4bindep(VM, 61);
    const endpoint = await Endpoint.bind(VM, 61);
    assert.equal(await bound, 61);
    const unbound = kernel.wait4unbind(VM, 61);
    await endpoint.close();
    await unbound;
    await kernel.wait4unbind(VM, 61);
    await assert.rejects(kernel.wait4bindep(4000, 1), refused('EDCNOTRUN'));
  },
  'unbind of another ends its waiting call with ENOTBIND': async () => {
    const endpoint = await Endpoint.bind(VM, 50);
    assert.equal(endpoint.endpoint, 50 + 65_536);
    const waiting = assert.rejects(endpoint.receive(ANY), refused('ENOTBIND'));
    await blocked(VM, 50, 'receiving');
    kernel.unbind(VM, endpoint.endpoint);
    await waiting;
    await endpoint.close();
  },
  'vmEnd takes its processes with it, by SIGPIPE': async () => {
    const program = new URL('bind-and-wait.mjs', import.meta.url).pathname;
    const child = spawn(process.execPath, [program, String(VM)], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const exited = once(child, 'exit');
    kernel.vmEnd(VM);
    assert.deepEqual(await exited, [42, null]); // Node ignores SIGPIPE; the child left when its call failed
    assert.deepEqual(kernel.vms(), []);
  },
};
