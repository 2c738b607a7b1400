// SPDX-License-Identifier: Apache-2.0
// Every message call, as one process to another.
import assert from 'node:assert/strict';
import { ANY, HARDWARE, SELF, isNotification, m1, m3, m9, notificationType } from '../../dist/index.js';
import { blocked, kernel, refused, withEndpoints } from './support.mjs';

const VM = 101;

export const checks = {
  'send and receive: the message arrives as it was, with its source': async () => {
    kernel.vmInit({ vmId: VM, name: 'messages', level: 'system' });
    await withEndpoints(VM, [1, 20], async (server, client) => {
      const payload = Buffer.from('forty bytes of payload, all of them ours');
      const sent = client.send(1, { type: -11, payload });
      const message = await server.receive(20);
      await sent;
      assert.deepEqual(message, { source: 20, type: -11, payload });
      await assert.rejects(client.send(77, { type: 1 }), refused('EDSTDIED', 'send'));
      await assert.rejects(client.send(5000, { type: 1 }), refused('ERANGE'));
      await assert.rejects(client.send(20, { type: 1 }), refused('EENDPOINT'));
    });
  },
  'timeouts: 0 does not wait, n is over, and neither takes anything': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      await assert.rejects(server.receive(ANY, { timeoutMs: 0 }), refused('EAGAIN', 'receive'));
      await assert.rejects(server.receive(ANY, { timeoutMs: 30 }), refused('ETIMEDOUT', 'receive'));
      await assert.rejects(client.send(1, { type: 1 }, { timeoutMs: 30 }), refused('ETIMEDOUT', 'send'));
      await assert.rejects(client.sendrec(1, { type: 1 }, { timeoutMs: 0 }), refused('EAGAIN', 'sendrec'));
      await assert.rejects(server.receive(ANY, { timeoutMs: 0 }), refused('EAGAIN'));
    }),
  'sendrec and reply, with fields and text in them': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const answer = client.sendrec(1, m3.encode(11, { i1: -5, ca1: 'a file name' }));
      const request = await server.rcvrqst();
      assert.deepEqual(m3.decode(request), { i1: -5, i2: 0, p1: 0n, ca1: 'a file name' });
      await server.reply(20, m1.encode(12, { i1: 2 ** 31 - 1, p1: 2n ** 64n - 1n }));
      const { source, type, payload } = await answer;
      assert.deepEqual(
        [source, type, m1.decode({ payload }).i1, m1.decode({ payload }).p1],
        [1, 12, 2 ** 31 - 1, 2n ** 64n - 1n],
      );
      await assert.rejects(server.reply(20, { type: 0 }), refused('EPROCSTS', 'reply'));
      await assert.rejects(client.sendrec(77, { type: 1 }), refused('EDEADSRCDST', 'sendrec'));
    }),
  'replyrec answers one and receives the next': () =>
    withEndpoints(VM, [1, 20, 21], async (server, first, second) => {
      const answers = [first.sendrec(1, { type: 1 }), second.sendrec(1, { type: 2 })];
      let request = await server.receive();
      request = await server.replyrec(request.source, { type: request.type + 100 });
      await server.reply(request.source, { type: request.type + 100 });
      assert.deepEqual(
        (await Promise.all(answers)).map(({ type }) => type),
        [101, 102],
      );
      await assert.rejects(server.replyrec(20, { type: 0 }), refused('EPROCSTS', 'replyrec'));
    }),
  'relay hands a request over, and the other server answers': () =>
    withEndpoints(VM, [1, 2, 20], async (first, second, client) => {
      const answer = client.sendrec(1, { type: 7, payload: Buffer.from('pass on') });
      const request = await first.receive();
      await first.relay(2, request);
      const relayed = await second.receive();
      assert.deepEqual([relayed.source, relayed.type, relayed.payload.toString('latin1', 0, 7)], [20, 7, 'pass on']);
      await second.reply(20, { type: 8 });
      const { source, type } = await answer;
      assert.deepEqual([source, type], [2, 8]);
      await assert.rejects(first.relay(2, { ...request, source: 20 }), refused('EPROCSTS', 'relay'));
    }),
  'notifications: plain, of another, with a value, of the hardware, to oneself': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const next = async () => {
        const message = await server.receive();
        assert.ok(isNotification(message));
        return [message.source, message.type, m9.decode(message).l1];
      };
      await client.notify(1);
      assert.deepEqual(await next(), [20, notificationType(20), 0]);
      await server.srcNotify(20, 1);
      assert.deepEqual(await next(), [20, notificationType(20), 0]);
      await client.ntfyValue(HARDWARE, 1, 3);
      await client.ntfyValue(HARDWARE, 1, 0);
      assert.deepEqual(await next(), [HARDWARE, notificationType(HARDWARE), 0b1001]);
      await client.hdwNotify(1);
      assert.deepEqual(await next(), [HARDWARE, notificationType(HARDWARE), 0]);
      kernel.hardwareNotify(VM, 1);
      assert.deepEqual(await next(), [HARDWARE, notificationType(HARDWARE), 0]);
      await server.notify(SELF);
      const message = await server.receive();
      assert.equal(message.source, HARDWARE);
      const { sec } = m9.decode(message).t1;
      assert.ok(Math.abs(Number(sec) - Date.now() / 1000) < 60);
      await assert.rejects(client.notify(77), refused('EDSTDIED', 'notify'));
    }),
  'wakeup ends a receive, or is kept for the next': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const waiting = assert.rejects(server.receive(), refused('EWOKENUP', 'receive'));
      await blocked(VM, 1, 'receiving');
      await client.wakeup(1);
      await waiting;
      assert.throws(() => kernel.wakeup(VM, 1), refused('EPROCRUN', 'wakeup'));
      assert.equal(kernel.process(VM, 1).wokenUp, true);
      await assert.rejects(server.receive(), refused('EWOKENUP'));
      await assert.rejects(client.wakeup(77), refused('ENOTBIND'));
    }),
  'a deadlock is refused to the one who would close it': () =>
    withEndpoints(VM, [20, 21], async (one, other) => {
      const sending = one.send(21, { type: 1 });
      await blocked(VM, 20, 'sending');
      await assert.rejects(other.send(20, { type: 2 }), refused('ELOCKED', 'send'));
      assert.equal((await other.receive(one.endpoint)).type, 1);
      await sending;
    }),
  'the death of a peer is told: to its clients, and to those who wait for it': () =>
    withEndpoints(VM, [1, 20, 21, 22], async (server, taken, queued, waiting) => {
      const died = assert.rejects(taken.sendrec(1, { type: 1 }), refused('ESRCDIED'));
      await server.receive(taken.endpoint);
      const unseen = assert.rejects(queued.sendrec(1, { type: 1 }), refused('EDSTDIED'));
      await blocked(VM, 21, 'sendrec');
      const source = assert.rejects(waiting.receive(1), refused('ESRCDIED'));
      await blocked(VM, 22, 'receiving');
      await server.close();
      await Promise.all([died, unseen, source]);
    }),
};
