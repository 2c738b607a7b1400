// SPDX-License-Identifier: Apache-2.0
// 100,000 entries in a real slapd: all come, and what happens afterwards is found however one returns.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type TestSlapd } from '../support/slapd.js';
import { Follower } from './follower.js';
import { MANY, startMany } from './many-entries.js';

jest.setTimeout(600_000);

let slapd: TestSlapd;
let follower: Follower;

beforeAll(async () => {
  slapd = await startMany();
});
afterAll(async () => {
  await follower.stop();
  await slapd.close();
});

test('all come in the first batch', async () => {
  follower = new Follower(slapd).start();
  await follower.until('all of it', () => follower.batches.length === 1, 300_000);
  expect([...follower.store.entries()]).toHaveLength(MANY);
  expect(follower.find('cn=node999')?.parentUuid).toBe(follower.find('ou=nodes')?.uuid);
});

test.each([
  ['with the session log', false],
  ['with the session log lost', true],
])('what happened meanwhile is found, %s', async (_case, restarted) => {
  const before = [...follower.store.entries()].length;
  const batches = follower.batches.length;
  const vm = restarted ? 'vm2' : 'vm1';
  await follower.stop();
  await slapd.delete(`cn=p3,${slapd.vmDn(vm)}`);
  if (restarted) await slapd.restart();
  await slapd.modify(
    `dn: ${slapd.nodeDn('node5')}\nchangetype: modify\nreplace: drvsAddress\ndrvsAddress: 10.0.0.${batches}\n`,
  );
  follower.start();
  await follower.until('the return', () => follower.batches.length > batches, 300_000);
  expect([...follower.store.entries()]).toHaveLength(before - 1);
  expect(follower.changes.at(-1)).toHaveLength(2);
  expect(follower.find('cn=node5')?.attributes.get('drvsaddress')).toEqual([`10.0.0.${batches}`]);
});

test('everything read again is the same', async () => {
  const batches = follower.batches.length;
  follower.running.resync();
  await follower.until('the whole content', () => follower.batches.length > batches, 300_000);
  expect(follower.batches.at(-1)?.unnamed).toBe('absent');
  expect(follower.changes.at(-1)).toEqual([]);
});
