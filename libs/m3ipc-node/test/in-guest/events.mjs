// SPDX-License-Identifier: Apache-2.0
// The kernel's events, as a listener and as an iterator, and polling a process of others.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Endpoint } from '../../dist/index.js';
import { eventually, kernel, refused, threads, withEndpoints } from './support.mjs';

const VM = 106;

/** Reads events until one fits. */
async function until(stream, fits) {
  for (;;) {
    const { value, done } = await stream.next();
    assert.ok(!done, 'the stream ended');
    if (fits(value)) return value;
  }
}

export const checks = {
  'events come in order, with number, generation, thread and cause': async () => {
    const stream = kernel.events();
    const before = Date.now();
    kernel.vmInit({ vmId: VM, name: 'events' });
    kernel.vmSet({ vmId: VM, mode: 0o700 });
    kernel.slotSet({ vmId: VM, nr: 44 });
    const endpoint = await Endpoint.bind(VM, 50);
    await endpoint.close();
    const seen = [];
    await until(stream, (event) => seen.push(event) && event.type === 'unbind');
    const ours = seen.filter(({ vmId }) => vmId === VM);
    assert.deepEqual(
      ours.map(({ type }) => type),
      ['vm-up', 'vm-set', 'slot-set', 'bind', 'unbind'],
    );
    const [, , slot, bind, unbind] = ours;
    assert.equal(slot.nr, 44);
    assert.deepEqual([bind.nr, bind.endpoint, bind.pid, bind.tgid], [50, 50, endpoint.tid, process.pid]);
    assert.deepEqual([unbind.nr, unbind.cause, unbind.code, unbind.nodeId], [50, 'exit', 0, 7]);
    assert.ok(unbind.timeMs >= before - 1 && unbind.timeMs < Date.now() + 1);
    assert.deepEqual(
      seen.map(({ sequence }) => sequence),
      seen.map((_, i) => seen[0].sequence + i),
    );
    stream.close();
    assert.equal((await stream.next()).done, true);
  },
  'a watch is heard although nobody keeps it': async () => {
    const heard = [];
    kernel.watch((batch) => heard.push(...batch));
    for (let i = 0; i < 5; i++) {
      globalThis.gc();
      await sleep(1); // finalizers run in tasks of their own
    }
    await withEndpoints(VM, [51], async () => undefined);
    await eventually(() => heard.some(({ type, nr }) => type === 'unbind' && nr === 51));
  },
  'for await over events ends when its signal aborts, and leaves no thread': async () => {
    const before = await threads();
    const controller = new AbortController();
    const reading = (async () => {
      const seen = [];
      for await (const event of kernel.events(controller)) {
        seen.push(event.type);
        if (seen.length === 2) controller.abort();
      }
      return seen;
    })();
    await withEndpoints(VM, [52], async () => undefined);
    assert.deepEqual(await reading, ['bind', 'unbind']);
    await eventually(async () => (await threads()) === before);
  },
  'a late reader is told what it missed': async () => {
    const stream = kernel.events();
    const rounds = 700; // two events each, the ring has 1,024
    await withEndpoints(VM, [53], async () => {
      for (let i = 0; i < rounds * 2; i++) kernel.vmSet({ vmId: VM, mode: 0o700 });
    });
    let seen = 0;
    let lost = 0;
    const last = await (async () => {
      for await (const event of stream) {
        if (event.type !== 'lost') seen++;
        lost += event.lost;
        if (seen + lost === rounds * 2 + 2) return event;
      }
    })();
    assert.ok(lost > 0 && seen > 0, `${seen} seen, ${lost} lost`);
    assert.ok(last);
  },
  'poll tells of another process that a receive would not block, and that it has ended': async () => {
    const endpoint = await Endpoint.bind(VM, 54);
    await assert.rejects(kernel.poll(VM, endpoint.endpoint, { timeoutMs: 0 }), refused('EAGAIN', 'poll'));
    const readable = kernel.poll(VM, endpoint.endpoint);
    await withEndpoints(VM, [2], async (other) => {
      await other.notify(endpoint.endpoint);
      assert.equal(await readable, 'readable'); // as long as its source lives
    });
    await assert.rejects(endpoint.receive(undefined, { timeoutMs: 0 }), refused('EAGAIN')); // its source is dead
    const ended = kernel.poll(VM, endpoint.endpoint);
    await endpoint.close();
    assert.equal(await ended, 'ended');
    await assert.rejects(kernel.poll(VM, 99), refused('ENOTBIND', 'poll'));
  },
  'vm-down is heard at the end of a VM': async () => {
    const stream = kernel.events();
    kernel.vmEnd(VM);
    await until(stream, ({ type, vmId }) => type === 'vm-down' && vmId === VM);
    stream.close();
  },
};
