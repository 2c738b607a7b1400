// SPDX-License-Identifier: Apache-2.0
// The guard: one mistake in the directory empties nothing.
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { always, eventually } from '../support/eventually.js';
import { Lab, pids, SETTLE_MS, type LabStatus } from '../support/lab.js';

interface Held {
  readonly hash: string;
  readonly items: readonly { readonly dn: string }[];
}

describe('deleting every VM at once', () => {
  let lab: Lab;
  let before: LabStatus;

  const held = async (): Promise<Held> => {
    const shown = await lab.drvsctl('held', 'show', '-o', 'json');
    if (shown.status !== 0) throw new Error(shown.stderr);
    return JSON.parse(shown.stdout) as Held;
  };
  const somethingHeld = () =>
    eventually({ what: 'held changes', timeoutMs: SETTLE_MS }, async () => {
      const now = await held();
      if (now.items.length < 2) throw new Error(`${now.items.length} held`);
      return now;
    });
  const deleteAllVms = async () => {
    for (const vm of ['orders', 'billing']) await lab.ldapdelete(lab.vmDn(vm), { recursive: true });
  };
  /** pids that the kernels themselves list, whatever manager and directory think. */
  const inKernels = async (): Promise<string> => {
    const tables = await Promise.all(
      ['node1', 'node2', 'node3'].map((node) => lab.exec(node, 'm3ipc', 'ps', '--json')),
    );
    const rows = tables.flatMap((table) => JSON.parse(table) as { pid: number }[]);
    return JSON.stringify(
      rows
        .map((row) => row.pid)
        .filter((pid) => pid > 0)
        .sort((a, b) => a - b),
    );
  };

  beforeAll(async () => {
    lab = await Lab.attach();
  });
  beforeEach(async () => {
    before = await lab.settled();
  }, 120_000);

  test('is held, ends nothing, and a refusal brings the entries back', async () => {
    const entries = (await lab.search('(|(objectClass=drvsVm)(objectClass=drvsProcess))')).sort();
    const running = await inKernels();
    await deleteAllVms();
    const { hash } = await somethingHeld();
    await always(5_000, async () => expect(await inKernels()).toBe(running), 1_000);

    const refused = await lab.drvsctl('held', 'refuse', '--hash', hash, '--yes');
    expect({ status: refused.status, stderr: refused.stderr }).toEqual({ status: 0, stderr: '' });
    await eventually({ what: 'an empty held set', timeoutMs: SETTLE_MS }, async () => {
      if ((await held()).items.length > 0) throw new Error('still held');
    });
    expect((await lab.search('(|(objectClass=drvsVm)(objectClass=drvsProcess))')).sort()).toEqual(entries);
    expect(pids(await lab.settled())).toEqual(pids(before));
    expect(await inKernels()).toBe(running);
  }, 300_000);

  test('with the manager down and the agents restarted ends nothing; confirming ends them, adding brings them back', async () => {
    const running = await inKernels();
    await lab.command('stop', 'manager');
    await deleteAllVms();
    for (const node of ['node1', 'node2', 'node3']) await lab.exec(node, 'systemctl', 'restart', 'drvs-node-agent');
    // Longer than the 30 s after which an agent without a manager acts on its own reading.
    await always(40_000, async () => expect(await inKernels()).toBe(running), 5_000);
    await lab.command('start', 'manager');
    const { hash } = await somethingHeld();
    expect(await inKernels()).toBe(running);

    const stale = await lab.drvsctl('held', 'confirm', '--hash', '0'.repeat(hash.length), '--yes');
    expect(stale.status).not.toBe(0);
    const confirmed = await lab.drvsctl('held', 'confirm', '--hash', hash, '--yes');
    expect({ status: confirmed.status, stderr: confirmed.stderr }).toEqual({ status: 0, stderr: '' });
    await eventually({ what: 'no process bound on any node', timeoutMs: SETTLE_MS }, async () => {
      const rest = await inKernels();
      if (rest !== '[]') throw new Error(rest);
    });

    await restoreSample();
    const after = await lab.settled();
    expect(Object.keys(pids(after)).sort()).toEqual(Object.keys(pids(before)).sort());
  }, 420_000);

  /** Adds the sample's entries that are missing. */
  async function restoreSample(): Promise<void> {
    const present = new Set((await lab.search('(objectClass=*)')).map((dn) => dn.toLowerCase()));
    const missing = lab
      .sample()
      .split(/\n\n+/)
      .filter((record) => {
        const dn = /^dn: (.*)$/m.exec(record)?.[1];
        return dn !== undefined && !present.has(dn.toLowerCase());
      });
    await lab.ldapmodify(missing.join('\n\n'), { add: true });
  }
});
