// SPDX-License-Identifier: Apache-2.0
// Calls that are given up or make way: nothing is lost, nothing blocks the event loop, the endpoint goes on.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { ANY, Endpoint } from '../../dist/index.js';
import { aborted, blocked, eventually, kernel, refused, threads, withEndpoints } from './support.mjs';

const VM = 102;

/** Stops its parent, every thread of it, and lets it go on. */
const STOP_AND_GO_ON = `kill -STOP $PPID
for state in /proc/$PPID/task/*/status; do
  until grep -q 'State:.T' $state; do :; done
done
kill -CONT $PPID`;

export const checks = {
  'a call that waits does not stop the event loop, and close ends it': async () => {
    kernel.vmInit({ vmId: VM, name: 'cancellation' });
    const endpoint = await Endpoint.bind(VM, 60);
    const waiting = assert.rejects(endpoint.receive(ANY), refused('EINTR', 'receive'));
    let beats = 0;
    const timer = setInterval(() => beats++, 5);
    await eventually(() => beats > 3);
    clearInterval(timer);
    await Promise.all([endpoint.close(), waiting]);
    assert.equal(kernel.process(VM, 60).bound, false);
    await assert.rejects(endpoint.notify(1), refused('ENOTBIND', 'notify'));
    await endpoint.close();
  },
  'an aborted receive rejects with the reason, and the endpoint receives afterwards': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const controller = new AbortController();
      const waiting = assert.rejects(server.receive(ANY, { signal: controller.signal }), aborted);
      await blocked(VM, 1, 'receiving');
      controller.abort();
      await waiting;
      assert.equal(kernel.process(VM, 1).activity, 'running');
      await assert.rejects(server.receive(ANY, { signal: controller.signal }), aborted);
      const sent = client.send(1, { type: 5 });
      assert.equal((await server.receive()).type, 5);
      await sent;
      const reason = new Error('enough');
      await assert.rejects(server.receive(ANY, { signal: AbortSignal.abort(reason) }), reason);
      await assert.rejects(server.receive(ANY, { signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' });
    }),
  'an aborted send is withdrawn without trace': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const controller = new AbortController();
      const waiting = assert.rejects(client.send(1, { type: 1 }, { signal: controller.signal }), aborted);
      await blocked(VM, 20, 'sending');
      controller.abort();
      await waiting;
      await assert.rejects(server.receive(ANY, { timeoutMs: 0 }), refused('EAGAIN'));
    }),
  'an aborted sendrec: untaken it is withdrawn, taken it is abandoned and the reply refused': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const ask = (signal) => assert.rejects(client.sendrec(1, { type: 1 }, { signal }), aborted);
      const untaken = new AbortController();
      const first = ask(untaken.signal);
      await blocked(VM, 20, 'sendrec');
      untaken.abort();
      await first;
      await assert.rejects(server.receive(ANY, { timeoutMs: 0 }), refused('EAGAIN'));
      const taken = new AbortController();
      const second = ask(taken.signal);
      await server.receive();
      taken.abort();
      await second;
      assert.equal(kernel.process(VM, 20).abandoned, true);
      await assert.rejects(server.reply(20, { type: 2 }), refused('EPROCSTS'));
      const third = client.sendrec(1, { type: 3 });
      assert.equal((await server.receive()).type, 3);
      await server.reply(20, { type: 4 });
      assert.equal((await third).type, 4);
    }),
  'a call aborted before its turn is never made': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const sending = client.send(1, { type: 1 });
      await blocked(VM, 20, 'sending');
      const controller = new AbortController();
      const queued = assert.rejects(client.send(1, { type: 2 }, { signal: controller.signal }), aborted);
      controller.abort();
      await queued;
      assert.equal((await server.receive()).type, 1);
      await sending;
      await assert.rejects(server.receive(ANY, { timeoutMs: 0 }), refused('EAGAIN'));
    }),
  'aborts that race with deliveries lose no message': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const rounds = 200;
      const got = [];
      for (let type = 0; type < rounds; type++) {
        const controller = new AbortController();
        const receiving = server.receive(ANY, { signal: controller.signal }).then(
          (message) => got.push(message.type),
          (error) => assert.ok(aborted(error), error),
        );
        const sending = client.send(1, { type });
        if (type % 3 === 0) await new Promise(setImmediate);
        controller.abort();
        await receiving;
        if (got.at(-1) !== type) got.push((await server.receive()).type);
        await sending;
      }
      assert.deepEqual(
        got,
        Array.from({ length: rounds }, (_, type) => type),
      );
    }),
  'a server that waits for requests replies, notifies and asks meanwhile': () =>
    withEndpoints(VM, [1, 2, 20], async (server, other, client) => {
      const answer = client.sendrec(1, { type: 1 });
      const { source } = await server.receive();
      const next = server.receive();
      await blocked(VM, 1, 'receiving');
      await server.reply(source, { type: 2 });
      assert.equal((await answer).type, 2);
      await server.notify(2);
      assert.equal((await other.receive()).source, 1);
      await blocked(VM, 1, 'receiving');
      const asked = server.sendrec(2, { type: 3 });
      await other.receive();
      await other.reply(1, { type: 4 });
      assert.equal((await asked).type, 4);
      await blocked(VM, 1, 'receiving');
      const sent = client.send(1, { type: 5 });
      assert.equal((await next).type, 5);
      await sent;
    }),
  'a receive that makes way keeps its time': () =>
    withEndpoints(VM, [1, 2], async (server, other) => {
      const started = performance.now();
      const over = assert.rejects(server.receive(ANY, { timeoutMs: 400 }), refused('ETIMEDOUT'));
      let notified = 0;
      const timer = setInterval(() => void server.notify(2).then(() => notified++), 10);
      await over.finally(() => clearInterval(timer));
      assert.ok(performance.now() - started >= 399);
      assert.ok(notified > 0);
      assert.equal((await other.receive()).source, 1);
    }),
  'a program that is stopped and goes on: receive and send wait on, sendrec says EINTR': () =>
    withEndpoints(VM, [1, 2, 20], async (receiver, sender, client) => {
      const receiving = receiver.receive(20);
      const sending = sender.send(20, { type: 1 });
      const asking = assert.rejects(client.sendrec(1, { type: 2 }), refused('EINTR', 'sendrec'));
      await receiving;
      await blocked(VM, 2, 'sending');
      const again = receiver.receive();
      await blocked(VM, 1, 'receiving');
      assert.equal(spawnSync('/bin/sh', ['-c', STOP_AND_GO_ON]).status, 0);
      await asking;
      assert.equal((await client.receive(2)).type, 1);
      await sending;
      await client.send(1, { type: 3 });
      assert.equal((await again).type, 3);
    }),
  'closing leaves no thread behind': async () => {
    const before = await threads();
    for (let round = 0; round < 20; round++) {
      await withEndpoints(VM, [60, 61, 62], async (...endpoints) => {
        for (const endpoint of endpoints) endpoint.receive().catch(() => undefined);
      });
    }
    assert.equal(await threads(), before);
    kernel.vmEnd(VM);
  },
};
