// SPDX-License-Identifier: Apache-2.0
// vcopy from and into buffers, and what keeps their memory.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, m1 } from '../../dist/index.js';
import { blocked, kernel, refused, withEndpoints } from './support.mjs';

const VM = 104;
const PAGE = 4096;

/** One round: a client shows a buffer, the server does something with it. */
async function shown(server, client, buffer, serve) {
  const answer = client.sendrec(server.endpoint, m1.encode(1, { i1: buffer.length, p1: buffer }));
  const request = await server.receive();
  const { i1: length, p1: address } = m1.decode(request);
  try {
    return await serve({ source: request.source, length, address });
  } finally {
    await server.reply(request.source, { type: 0 });
    await answer;
  }
}

export const checks = {
  'a server reads and writes the buffer of its client, of any size and place': async () => {
    kernel.vmInit({ vmId: VM, name: 'memory' });
    await withEndpoints(VM, [1, 20], async (server, client) => {
      for (const [size, offset] of [
        [0, 0],
        [1, 0],
        [33, 7],
        [PAGE, 0],
        [3 * PAGE + 5, 1],
        [4 * 2 ** 20, 0],
      ]) {
        const content = randomBytes(size);
        const theirs = Buffer.alloc(size + offset).subarray(offset);
        content.copy(theirs);
        await shown(server, client, theirs, async ({ source, address }) => {
          const mine = Buffer.alloc(size);
          const from = { endpoint: source, address };
          assert.equal(await server.vcopy({ from, to: { buffer: mine } }), size);
          assert.ok(mine.equals(content));
          mine.reverse();
          assert.equal(await server.vcopy({ from: { buffer: mine }, to: from }), size);
        });
        assert.ok(theirs.equals(content.reverse()));
      }
    });
  },
  'a third party copies between two that wait': () =>
    withEndpoints(VM, [1, 20, 21], async (server, one, other) => {
      const source = Buffer.from('from one to the other');
      const target = Buffer.alloc(source.length);
      const sides = [];
      const answers = [one.sendrec(1, m1.encode(1, { p1: source })), other.sendrec(1, m1.encode(1, { p1: target }))];
      for (let i = 0; i < 2; i++) {
        const request = await server.receive();
        sides.push({ endpoint: request.source, address: m1.decode(request).p1 });
      }
      const [from, to] = sides.sort((a, b) => a.endpoint - b.endpoint);
      assert.equal(await server.vcopy({ from, to, bytes: source.length, timeoutMs: 5000 }), source.length);
      for (const { endpoint } of sides) await server.reply(endpoint, { type: 0 });
      await Promise.all(answers);
      assert.ok(target.equals(source));
    }),
  'vcopy is refused: a peer that does not wait, a bad address, too much, one that is not there': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const buffer = Buffer.alloc(100);
      const of = (endpoint, address = addressOf(buffer)) => ({ from: { endpoint, address }, to: { buffer } });
      await assert.rejects(server.vcopy(of(20)), refused('EPROCSTS', 'vcopy'));
      await assert.rejects(server.vcopy(of(77)), refused('ESRCDIED', 'vcopy'));
      await assert.rejects(server.vcopy({ ...of(20), bytes: 101 }), /bytes is 101.*0\.\.100/);
      const both = { from: { endpoint: 20, address: 0n }, to: { endpoint: 1, address: 0n } };
      await assert.rejects(server.vcopy(both), /bytes must be given/);
      await assert.rejects(server.vcopy({ ...both, bytes: 5 * 2 ** 20 }), refused('ERANGE'));
      await shown(server, client, buffer, async () => {
        await assert.rejects(server.vcopy(of(20, 8n)), refused('EFAULT', 'vcopy'));
      });
    }),
  'a buffer that only a message knows is kept until the call is over': () =>
    withEndpoints(VM, [1, 20], async (server, client) => {
      const ask = () => client.sendrec(1, m1.encode(1, { i1: PAGE, p1: Buffer.alloc(PAGE, 'k') }));
      const answer = ask();
      await blocked(VM, 20, 'sendrec');
      for (let i = 0; i < 5; i++) {
        globalThis.gc();
        Buffer.alloc(PAGE, 'x');
        await sleep(1); // the collector frees memory in tasks of its own
      }
      const request = await server.receive();
      const mine = Buffer.alloc(PAGE);
      await server.vcopy({ from: { endpoint: 20, address: m1.decode(request).p1 }, to: { buffer: mine } });
      assert.ok(mine.equals(Buffer.alloc(PAGE, 'k')));
      await server.reply(20, { type: 0 });
      await answer;
    }),
  'a grant says what others may copy: by its id or by address, until it is revoked': async () => {
    kernel.vmSet({ vmId: VM, policy: 'grants' });
    await withEndpoints(VM, [1, 20], async (server, client) => {
      const secret = Buffer.from('not for everybody');
      const shared = Buffer.from('for the server');
      const grant = await client.grant(1, shared, 'read');
      const [shows] = kernel.grants(VM, 20);
      const address = addressOf(shared);
      assert.deepEqual(shows, { id: grant.id, to: 1, bytes: shared.length, address, access: 'read' });
      const mine = Buffer.alloc(5);
      const to = { buffer: mine };
      await shown(server, client, secret, async ({ source, address: hidden }) => {
        await server.vcopy({ from: { endpoint: source, grant: grant.id, offset: 4 }, to });
        assert.equal(mine.toString(), 'the s');
        await server.vcopy({ from: { endpoint: source, address }, to });
        assert.equal(mine.toString(), 'for t');
        await assert.rejects(server.vcopy({ from: { endpoint: source, address: hidden }, to }), refused('EPERM'));
        const back = { from: to, to: { endpoint: source, grant: grant.id } };
        await assert.rejects(server.vcopy(back), refused('EPERM', 'vcopy'));
      });
      await grant.revoke();
      assert.deepEqual(kernel.grants(VM, 20), []);
      await assert.rejects(grant.revoke(), refused('EBADVALUE', 'revoke'));
      await shown(server, client, shared, ({ source }) =>
        assert.rejects(server.vcopy({ from: { endpoint: source, address }, to }), refused('EPERM')),
      );
      await assert.rejects(client.grant(77, shared, 'read'), refused('EDSTDIED', 'grant'));
    });
    kernel.vmEnd(VM);
  },
};
