// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { nodeDocument, vmDocument } from '../plan/fixtures.js';
import { LastGoodStore, NEWEST, PREVIOUS, type LastGood } from './last-good.js';

const OWNER = { systemBase: 'ou=drvs,dc=x', nodeDn: 'cn=n1,ou=nodes,ou=drvs,dc=x', machineId: 'a'.repeat(32) };

function document(revision: string): LastGood {
  return {
    source: 'manager',
    epoch: { counter: 1, uuid: 'u' },
    revision,
    digest: 'd'.repeat(64),
    document: nodeDocument([vmDocument(7)]),
  };
}

describe('the last good document', () => {
  let folder = '';
  let store: LastGoodStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drvs-good-'));
    store = new LastGoodStore(folder, OWNER);
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('comes back, readable by its owner only', async () => {
    await store.save(document('5'));
    expect(await store.load()).toEqual({ document: document('5'), faults: [] });
    expect((await stat(join(folder, NEWEST))).mode & 0o777).toBe(0o600);
  });

  test('saves at once follow one another', async () => {
    await Promise.all(['1', '2', '3', '4'].map((revision) => store.save(document(revision))));
    expect((await store.load()).document?.revision).toBe('4');
    expect(await readFile(join(folder, PREVIOUS), 'utf8')).toContain('"revision":"3"');
  });

  test('nothing kept is no fault', async () => {
    expect(await store.load()).toEqual({ document: undefined, faults: [] });
  });

  test.each([
    ['torn', (file: string) => truncate(file, 100)],
    ['empty', (file: string) => truncate(file, 0)],
    ['altered', async (file: string) => writeFile(file, (await readFile(file, 'utf8')).replace('vm7', 'vm8'))],
    ['without JSON', (file: string) => writeFile(file, 'nonsense')],
  ])('a newest generation that is %s is found out and the one before is used', async (_, spoil) => {
    await store.save(document('5'));
    await store.save(document('6'));
    await spoil(join(folder, NEWEST));
    const loaded = await store.load();
    expect(loaded.document?.revision).toBe('5');
    expect(loaded.faults).toEqual([expect.objectContaining({ code: 'LastGoodDamaged' })]);
  });

  test('a damaged newest generation never replaces a whole previous one', async () => {
    await store.save(document('5'));
    await store.save(document('6'));
    await truncate(join(folder, NEWEST), 10);
    await store.save(document('7'));
    expect(await readFile(join(folder, PREVIOUS), 'utf8')).toContain('"revision":"5"');
    expect((await store.load()).document?.revision).toBe('7');
  });

  test.each([
    ['another machine', { machineId: 'b'.repeat(32) }],
    ['another node', { nodeDn: 'cn=n2,ou=nodes,ou=drvs,dc=x' }],
    ['another system', { systemBase: 'ou=other,dc=x' }],
  ])('that of %s is not used', async (_, other) => {
    await store.save(document('5'));
    const loaded = await new LastGoodStore(folder, { ...OWNER, ...other }).load();
    expect(loaded.document).toBeUndefined();
    expect(loaded.faults).toEqual([expect.objectContaining({ code: 'LastGoodForeign' })]);
  });

  test('one of a newer schema is not used', async () => {
    const body = JSON.stringify({ schema: 2, ...OWNER, ...document('5') });
    await writeFile(join(folder, NEWEST), `${createHash('sha256').update(body).digest('hex')}\n${body}`);
    const { document: used, faults } = await store.load();
    expect(used).toBeUndefined();
    expect(faults).toEqual([
      expect.objectContaining({ code: 'LastGoodForeign', message: expect.stringContaining('schema 2') }),
    ]);
  });

  test('a folder that cannot be written fails the save, not what was kept', async () => {
    await expect(new LastGoodStore(join(folder, 'none'), OWNER).save(document('5'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
