// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { desired, nodeDocument, processDocument, vmDocument } from '../plan/fixtures.js';
import type { InForce } from './desired-state.js';
import { DRAIN_FILE, Orders } from './orders.js';

const VM = vmDocument(7, [processDocument(1), processDocument(2, { exec: undefined })]);

describe('orders', () => {
  let folder = '';
  let elapsed = 0;
  const faults: unknown[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drvs-orders-'));
    elapsed = 5_000;
    faults.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = async (bootId = 'boot-1'): Promise<Orders> => {
    const clock = { now: () => 0, elapsed: () => elapsed };
    const orders = new Orders({ folder, bootId, clock, onKeepFailed: (error) => faults.push(error) });
    await orders.load();
    return orders;
  };
  const inForce = (adminState: 'active' | 'drained'): InForce => {
    const document = nodeDocument([VM], { adminState });
    return { ...desired(document), acting: 'manager', placed: { document, digest: '', epoch: null, revision: null } };
  };

  test('a restart is asked for until the unit has been stopped for it', async () => {
    const orders = await open();
    expect(orders.obey('a', { kind: 'restart', vmId: 7, nr: 1 }, nodeDocument([VM]))).toEqual({ accepted: true });
    expect([...(orders.join(inForce('active')).restarts ?? [])]).toEqual(['process:7:1']);
    orders.done({ kind: 'unit-restart', object: 'process:7:1', vmId: 7, nr: 1, unit: 'u', ends: [] });
    expect([...(orders.join(inForce('active')).restarts ?? [])]).toEqual([]);
    // Told once more, as after a lost connection: it is answered, and not done twice.
    expect(orders.obey('a', { kind: 'restart', vmId: 7, nr: 1 }, nodeDocument([VM]))).toEqual({ accepted: true });
    expect([...(orders.join(inForce('active')).restarts ?? [])]).toEqual([]);
  });

  test.each([
    ['ProcessUnknown', 9, nodeDocument([VM])],
    ['ProcessUnknown', 1, undefined],
    ['NotLaunched', 2, nodeDocument([VM])],
    ['VmStopped', 1, nodeDocument([{ ...VM, adminState: 'stopped' }])],
    ['NodeNotActive', 1, nodeDocument([VM], { adminState: 'cordoned' })],
  ])('a restart that would not end in a start is refused: %s', async (code, nr, document) => {
    expect((await open()).obey('a', { kind: 'restart', vmId: 7, nr }, document)).toMatchObject({
      accepted: false,
      code,
    });
  });

  test('a drain goes on from where it was when the agent starts again, and anew after a boot', async () => {
    const first = await open();
    expect(first.join(inForce('drained')).drain).toEqual({ since: 5_000, limitMs: 600_000, force: false });
    await first.settled();
    elapsed = 90_000;
    expect((await open()).join(inForce('drained')).drain?.since).toBe(5_000);
    expect((await open('boot-2')).join(inForce('drained')).drain?.since).toBe(90_000);
  });

  test('its limit and its force may come before it, or while it is under way', async () => {
    const orders = await open();
    orders.obey('d1', { kind: 'drain', limitSeconds: 30, force: false }, undefined);
    expect(orders.join(inForce('drained')).drain).toMatchObject({ limitMs: 30_000, force: false });
    orders.obey('d2', { kind: 'drain', limitSeconds: 60, force: true }, undefined);
    await orders.settled();
    expect((await open()).join(inForce('drained')).drain).toEqual({ since: 5_000, limitMs: 60_000, force: true });
  });

  test('it is over, with its limit, when the node is no longer drained', async () => {
    const orders = await open();
    orders.obey('d3', { kind: 'drain', limitSeconds: 30, force: true }, undefined);
    orders.join(inForce('drained'));
    expect(orders.join(inForce('active')).drain).toBeUndefined();
    expect(orders.join(inForce('drained')).drain).toMatchObject({ limitMs: 600_000, force: false });
    orders.join(inForce('active'));
    await orders.settled();
    await expect(readFile(join(folder, DRAIN_FILE))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a torn file begins the drain again; a disk that refuses is told, and the drain goes on', async () => {
    await writeFile(join(folder, DRAIN_FILE), '{"bootId":"boot-1","sin');
    const orders = await open();
    await rm(folder, { recursive: true });
    expect(orders.join(inForce('drained')).drain?.since).toBe(5_000);
    await orders.settled();
    expect(faults).toHaveLength(1);
  });
});
