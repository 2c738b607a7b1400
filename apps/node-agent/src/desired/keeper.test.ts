// SPDX-License-Identifier: Apache-2.0
// A full disk is a real one: /dev/full refuses every write with ENOSPC.
import { mkdtemp, rm, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { systemClock } from '../clock.js';
import { nodeDocument, vmDocument } from '../plan/fixtures.js';
import { Conditions } from '../report/conditions.js';
import { Keeper } from './keeper.js';
import { LastGoodStore, NEWEST, type LastGood } from './last-good.js';

const OWNER = { systemBase: 'ou=drvs,dc=x', nodeDn: 'cn=n1,ou=nodes,ou=drvs,dc=x', machineId: 'a'.repeat(32) };

function document(revision: string): LastGood {
  const epoch = { counter: 1, uuid: 'u' };
  return { source: 'manager', epoch, revision, digest: 'd'.repeat(64), document: nodeDocument([vmDocument(7)]) };
}

describe('keeping the last good document', () => {
  let folder = '';
  let store: LastGoodStore;
  let conditions: Conditions;
  let keeper: Keeper;
  const fresh = (): string => join(folder, `${NEWEST}.new`);
  const types = (): string[] => conditions.list().map(({ type, reason }) => `${type} ${reason}`);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drvs-keep-'));
    store = new LastGoodStore(folder, OWNER);
    conditions = new Conditions(systemClock);
    keeper = new Keeper(store, conditions, pino({ level: 'silent' }), 20);
  });
  afterEach(async () => {
    keeper.close();
    await rm(folder, { recursive: true });
  });

  test('a full disk is a condition, what was kept stays, and it is kept as soon as there is space', async () => {
    await keeper.keep(document('5'));
    await symlink('/dev/full', fresh());
    await keeper.keep(document('6'));
    expect(types()).toEqual(['LastGoodUnwritable ENOSPC']);
    expect((await store.load()).document?.revision).toBe('5');
    await unlink(fresh());
    while ((await store.load()).document?.revision !== '6') await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await store.load()).document).toEqual(document('6'));
    while (types().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test('what is wrong with a kept one is a condition, until one is kept again', async () => {
    await keeper.keep(document('5'));
    await keeper.keep(document('6'));
    await rm(join(folder, NEWEST));
    await symlink('/dev/null', join(folder, NEWEST));
    expect((await keeper.recall())?.revision).toBe('5');
    expect(types()).toEqual(['LastGoodDamaged LastGoodDamaged']);
    await rm(join(folder, NEWEST));
    await keeper.keep(document('7'));
    expect(types()).toEqual([]);
  });
});
