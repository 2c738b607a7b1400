// SPDX-License-Identifier: Apache-2.0
// Runs in a guest with the module loaded; src/in-guest.medium.test.ts starts it and reads its lines: `ok NAME` or
// `not ok NAME: why`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ANY, Endpoint, openKernel } from '../dist/index.js';

const VM = 100;
const UUID = '6f4f0f5e-9f0e-4c53-9d0b-2f6a3a3a7c10';
const TAG = Buffer.from('a mark of ours\0\0');
const kernel = openKernel();
const events = [];
const refused = (code) => (error) => error.name === 'M3Error' && error.code === code;

/** Half a minute: an emulated guest on a busy host may not be scheduled for seconds. */
async function eventually(find) {
  for (let tries = 0; tries < 3000; tries++) {
    const found = find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never: ${find}`);
}

const checks = {
  'before drvsInit every VM call says EDVSINIT': () => {
    assert.equal(kernel.drvs().running, false);
    assert.throws(() => kernel.vmInit({ vmId: VM, name: 'early' }), refused('EDVSINIT'));
  },
  'drvsInit joins with nodeid, source, name and UUID': () => {
    assert.equal(kernel.drvsInit({ nodeId: 7, source: 'agent', uuid: UUID, name: 'node7' }), 7);
    const { running, nodeId, source, uuid, name } = kernel.drvs();
    assert.deepEqual(
      { running, nodeId, source, uuid, name },
      { running: true, nodeId: 7, source: 'agent', uuid: UUID, name: 'node7' },
    );
    assert.throws(() => kernel.drvsInit({ nodeId: 8 }), refused('EDVSBUSY'));
    assert.deepEqual(
      kernel
        .nodes()
        .filter((node) => node.local)
        .map((node) => node.nodeId),
      [7],
    );
  },
  'events are heard': () => {
    kernel.watch((batch) => events.push(...batch));
  },
  'vmInit makes a VM as asked, and vms lists it': () => {
    kernel.vmInit({
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
      tag: TAG,
    });
    const [vm, ...others] = kernel.vms();
    assert.equal(others.length, 0);
    const { vmId, name, procs, tasks, sysProcs, uid, gid, mode, level, abi, policy, nodes } = vm;
    assert.deepEqual(
      { vmId, name, procs, tasks, sysProcs, uid, gid, mode, level, abi, policy, nodes },
      {
        vmId: VM,
        name: 'orders',
        procs: 300,
        tasks: 35,
        sysProcs: 64,
        uid: 5,
        gid: 6,
        mode: 0o751,
        level: 'server',
        abi: 'native',
        policy: 'consent',
        nodes: [7, 9],
      },
    );
    assert.ok(vm.tag.equals(TAG));
  },
  'a bad VM is refused with its reason': () => {
    assert.throws(() => kernel.vmInit({ vmId: VM, name: 'twice' }), refused('ERSCBUSY'));
    assert.throws(() => kernel.vmInit({ vmId: 70_000, name: 'far' }), refused('EBADDCID'));
    assert.throws(() => kernel.vmInit({ vmId: 5, name: 'bad name' }), refused('ENAMESIZE'));
    assert.throws(() => kernel.vmInit({ vmId: 5, name: 'a-name-of-more-than-31-characters' }), refused('ENAMESIZE'));
    assert.throws(() => kernel.vmEnd(4000), refused('EDCNOTRUN'));
  },
  'vmSet changes only what is given': () => {
    kernel.vmSet({ vmId: VM, name: 'renamed', mode: 0o700 });
    const [vm] = kernel.vms();
    assert.deepEqual([vm.name, vm.mode, vm.uid, vm.nodes, vm.tag.equals(TAG)], ['renamed', 0o700, 5, [7, 9], true]);
    kernel.vmSet({ vmId: VM, nodes: [7] });
    assert.deepEqual(kernel.vms()[0].nodes, [7]);
    kernel.vmSet({ vmId: VM, procs: 400, tasks: vm.tasks, sysProcs: vm.sysProcs });
    assert.equal(kernel.vms()[0].procs, 400);
    assert.throws(
      () => kernel.vmSet({ vmId: VM, procs: 10, tasks: vm.tasks, sysProcs: vm.sysProcs }),
      refused('EBADRANGE'),
    );
  },
  'a slot is reserved, shown and freed': () => {
    kernel.slotSet({ vmId: VM, nr: 40, nodeId: 7, uid: 990, level: 'user' });
    kernel.slotSet({ vmId: VM, nr: 41 });
    assert.deepEqual(kernel.slot(VM, 40), { vmId: VM, nr: 40, nodeId: 7, uid: 990, level: 'user' });
    assert.deepEqual(kernel.slot(VM, 41), { vmId: VM, nr: 41 });
    assert.equal(kernel.slot(VM, 42), undefined);
    const reserved = kernel.processes(kernel.vms()[0]).map(({ nr, reserved, bound }) => [nr, reserved, bound]);
    assert.deepEqual(reserved, [
      [40, true, false],
      [41, true, false],
    ]);
    kernel.slotClear(VM, 40);
    assert.equal(kernel.slot(VM, 40), undefined);
    assert.throws(() => kernel.slotSet({ vmId: VM, nr: 5000 }), refused('EBADPROC'));
  },
  'endpoints bind, talk and are shown': async () => {
    const server = await Endpoint.bind(VM, 1);
    const client = await Endpoint.bind(VM, 50);
    assert.deepEqual([server.endpoint, client.endpoint], [1, 50]);
    const request = server.receive(ANY);
    const answer = client.sendrec(1, { type: 11, payload: Buffer.from('question') });
    const asked = await request;
    assert.deepEqual([asked.source, asked.type, asked.payload.toString('latin1', 0, 8)], [50, 11, 'question']);
    const shown = kernel.processes(kernel.vms()[0]).find(({ nr }) => nr === 50);
    assert.deepEqual([shown.bound, shown.endpoint, shown.tgid, shown.sent], [true, 50, process.pid, 1]);
    await server.send(50, { type: 12, payload: Buffer.from('answer') });
    const answered = await answer;
    assert.deepEqual([answered.source, answered.type, answered.payload.toString('latin1', 0, 6)], [1, 12, 'answer']);
    await client.notify(1);
    const notification = await server.receive(50);
    assert.equal(notification.type, 0x1000 + 50 + 35);
    await assert.rejects(server.receive(ANY, 0), refused('EAGAIN'));
    await assert.rejects(server.receive(ANY, 30), refused('ETIMEDOUT'));
    await assert.rejects(server.send(77, { type: 1 }), refused('EDSTDIED'));
    await assert.rejects(Endpoint.bind(VM, 1), refused('ESLOTUSED'));
    client.close();
    server.close();
  },
  'a call that waits does not stop the event loop, and close ends it': async () => {
    const endpoint = await Endpoint.bind(VM, 60);
    const waiting = assert.rejects(endpoint.receive(ANY), refused('EINTR'));
    let beats = 0;
    const timer = setInterval(() => beats++, 5);
    await eventually(() => beats > 3);
    clearInterval(timer);
    endpoint.close();
    await waiting;
    await assert.rejects(endpoint.notify(1), refused('ENOTBIND'));
    await eventually(() => !kernel.processes(kernel.vms()[0]).some(({ bound }) => bound));
  },
  'bind and unbind are heard, with number, generation and cause': async () => {
    const bind = await eventually(() => events.find(({ type, nr }) => type === 'bind' && nr === 50));
    assert.deepEqual([bind.vmId, bind.endpoint], [VM, 50]);
    const unbind = await eventually(() => events.find(({ type, nr }) => type === 'unbind' && nr === 50));
    assert.equal(unbind.cause, 'exit');
    assert.ok(Math.abs(unbind.timeMs - Date.now()) < 60_000);
    await eventually(() => events.find(({ type, vmId }) => type === 'vm-set' && vmId === VM));
  },
  'unbind of another ends its waiting call with ENOTBIND': async () => {
    const endpoint = await Endpoint.bind(VM, 50);
    assert.equal(endpoint.endpoint, 50 + 65_536);
    const waiting = assert.rejects(endpoint.receive(ANY), refused('ENOTBIND'));
    await eventually(() =>
      kernel.processes(kernel.vms()[0]).find(({ nr, activity }) => nr === 50 && activity === 'receiving'),
    );
    kernel.unbind(VM, endpoint.endpoint);
    await waiting;
    endpoint.close();
  },
  'vmEnd takes its processes with it, by SIGPIPE': async () => {
    const child = spawn(process.execPath, [new URL(import.meta.url).pathname, 'bind-and-wait'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    kernel.vmEnd(VM);
    const [status, signal] = await once(child, 'exit');
    assert.deepEqual([status, signal], [42, null]); // Node ignores SIGPIPE; the child left when its call failed
    assert.deepEqual(kernel.vms(), []);
    await eventually(() => events.find(({ type, vmId }) => type === 'vm-down' && vmId === VM));
  },
  'drvsEnd leaves the DRVS': () => {
    kernel.drvsEnd();
    assert.equal(kernel.drvs().running, false);
    assert.throws(() => kernel.vms(), refused('EDVSINIT'));
  },
};

async function bindAndWait() {
  const endpoint = await Endpoint.bind(VM, 70);
  const waiting = endpoint.receive(ANY);
  process.stdout.write('bound\n');
  await waiting.catch((error) => process.exit(error.code === 'EDCNOTRUN' ? 42 : 1));
}

async function main() {
  let failures = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      console.log(`ok ${name}`);
    } catch (error) {
      failures++;
      console.log(`not ok ${name}: ${error.stack.split('\n').slice(0, 12).join(' / ')}`);
    }
  }
  process.exit(failures === 0 ? 0 : 1);
}

await (process.argv[2] === 'bind-and-wait' ? bindAndWait() : main());
