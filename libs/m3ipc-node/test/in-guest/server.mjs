// SPDX-License-Identifier: Apache-2.0
// The server's loop: for await (const request of endpoint).
import assert from 'node:assert/strict';
import { Endpoint } from '../../dist/index.js';
import { blocked, kernel, refused, withEndpoints } from './support.mjs';

const VM = 103;

/** Serves until the end of the loop: answers with the type + 1. Resolves to the number of requests. */
async function serve(endpoint, options) {
  let served = 0;
  for await (const request of endpoint.requests(options)) {
    if (request.isNotification) continue;
    await request.reply({ type: request.type + 1, payload: request.payload });
    served++;
  }
  return served;
}

export const checks = {
  'a server loop answers its clients until it is aborted, and the endpoint stays bound': async () => {
    kernel.vmInit({ vmId: VM, name: 'server' });
    await withEndpoints(VM, [1, 20, 21], async (server, ...clients) => {
      const controller = new AbortController();
      const serving = serve(server, controller);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => clients[i % 2].sendrec(1, { type: i * 10, payload: Buffer.from(`${i}`) })),
      );
      assert.deepEqual(
        answers.map(({ type, payload }) => [type, payload.toString().replaceAll('\0', '')]),
        answers.map((_, i) => [i * 10 + 1, `${i}`]),
      );
      await clients[0].notify(1);
      kernel.process(VM, 1).activity === 'receiving' && kernel.wakeup(VM, 1); // neither ends it
      assert.equal((await clients[0].sendrec(1, { type: 1 })).type, 2);
      controller.abort();
      assert.equal(await serving, 21);
      assert.equal(kernel.process(VM, 1).bound, true);
    });
  },
  'the loop of a closed endpoint ends': async () => {
    const endpoint = await Endpoint.bind(VM, 1);
    const serving = serve(endpoint);
    await blocked(VM, 1, 'receiving');
    await endpoint.close();
    assert.equal(await serving, 0);
  },
  'the loop ends when another unbinds it': async () => {
    const endpoint = await Endpoint.bind(VM, 1);
    const serving = serve(endpoint);
    await blocked(VM, 1, 'receiving');
    kernel.unbind(VM, 1);
    assert.equal(await serving, 0);
    await endpoint.close();
  },
  'a loop left by break can be begun again': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      for (let round = 0; round < 2; round++) {
        const answer = client.sendrec(1, { type: round });
        for await (const request of server) {
          await request.reply({ type: request.type + 1 });
          break;
        }
        assert.equal((await answer).type, round + 1);
      }
    }),
  'requests may be answered later and in another order, while the loop goes on': () =>
    withEndpoints(VM, [1, 20, 21, 22], async (server, ...clients) => {
      const waiting = [];
      const loop = (async () => {
        for await (const request of server) {
          waiting.push(request);
          if (waiting.length < clients.length) continue;
          for (const one of waiting.splice(0).reverse()) void one.reply({ type: one.type + 1 });
        }
      })();
      const answers = await Promise.all(clients.map((client, i) => client.sendrec(1, { type: i * 2 })));
      assert.deepEqual(
        answers.map(({ type }) => type),
        [1, 3, 5],
      );
      await server.close();
      await loop;
    }),
  'relay: the second server answers the client': () =>
    withEndpoints(VM, [1, 2, 20], async (first, second, client) => {
      const relaying = (async () => {
        for await (const request of first) await request.relay(2);
      })();
      const serving = serve(second);
      const { source, type } = await client.sendrec(1, { type: 40 });
      assert.deepEqual([source, type], [2, 41]);
      await first.close();
      await relaying;
      await second.close();
      assert.equal(await serving, 1);
    }),
  'a reply to one who has given up says EPROCSTS, and the loop goes on': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const controller = new AbortController();
      const asked = client.sendrec(1, { type: 1 }, controller);
      asked.catch(() => undefined);
      for await (const request of server) {
        if (request.type === 1) {
          controller.abort();
          await assert.rejects(asked);
          await assert.rejects(request.reply({ type: 0 }), refused('EPROCSTS'));
          void client.sendrec(1, { type: 2 });
        } else {
          await request.reply({ type: 0 });
          break;
        }
      }
    }),
  'the loop ends with its VM': async () => {
    const endpoint = await Endpoint.bind(VM, 1);
    const serving = serve(endpoint);
    await blocked(VM, 1, 'receiving');
    kernel.vmEnd(VM);
    assert.equal(await serving, 0);
    await assert.rejects(endpoint.receive(), refused('ENOTBIND'));
    await endpoint.close();
  },
};
