// SPDX-License-Identifier: Apache-2.0
// A node that loses its power, and comes back with and without the rest of the system.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Lab, processes } from '../support/lab.js';

const BOOT_MS = 240_000;

describe('a power-cut of node3', () => {
  let lab: Lab;

  const nodeState = async (name: string) => (await lab.status()).nodes.find((node) => node.name === name)?.state;
  const boundOn = async (node: string): Promise<number[]> => {
    const outcome = await lab.tryExec(node, 'm3ipc', 'ps', '--json');
    if (outcome.status !== 0) throw new Error(outcome.stderr);
    return (JSON.parse(outcome.stdout) as { nr: number; pid: number }[])
      .filter((row) => row.pid > 0)
      .map((row) => row.nr)
      .sort((a, b) => a - b);
  };

  beforeAll(async () => {
    lab = await Lab.attach();
  });

  test('shows as Unknown no sooner than 15 s after its last frame, and converges on return', async () => {
    const before = await lab.settled();
    await lab.command('power-off', 'node3');
    const cut = performance.now();
    await eventually({ what: 'node3 Unknown', timeoutMs: 60_000, everyMs: 200 }, async () => {
      const state = await nodeState('node3');
      if (state !== 'Unknown') throw new Error(`node3 is ${state}`);
    });
    // Its last frame may be one ping (5 s) older than the cut.
    expect(performance.now() - cut).toBeGreaterThan(9_000);
    expect((await lab.status()).nodes.filter((node) => node.state === 'InSync')).toHaveLength(2);
    for (const process of processes(await lab.status()).filter((candidate) => candidate.node === 'node3')) {
      expect(process.stale).toBe(true);
    }
    await lab.command('power-on', 'node3');
    const after = await lab.settled(BOOT_MS);
    expect(processes(after).map((process) => process.name)).toEqual(processes(before).map((process) => process.name));
  }, 400_000);

  test('booted with manager and slapd down it runs from its last good document', async () => {
    await lab.settled(BOOT_MS);
    const wanted = await boundOn('node3');
    expect(wanted.length).toBeGreaterThan(0);
    await lab.command('stop', 'manager');
    await lab.command('stop', 'slapd');
    await lab.command('power-off', 'node3');
    await lab.command('power-on', 'node3');
    await eventually({ what: 'the same processes bound on node3', timeoutMs: BOOT_MS, everyMs: 1_000 }, async () => {
      const now = await boundOn('node3');
      if (JSON.stringify(now) !== JSON.stringify(wanted)) throw new Error(`bound: ${now.join(' ')}`);
    });
    await lab.command('start', 'slapd');
    await lab.command('start', 'manager');
    await lab.settled(BOOT_MS);
  }, 600_000);
});
