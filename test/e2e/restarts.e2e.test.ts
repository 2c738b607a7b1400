// SPDX-License-Identifier: Apache-2.0
// `kill -9` of each part, one by one: no VM process is disturbed, and changes made meanwhile arrive after the restart.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Lab, pids, processes, SETTLE_MS, type LabPart } from '../support/lab.js';

describe('killing one part of the system', () => {
  let lab: Lab;

  const removeTraces = async () => {
    for (const dn of await lab.search('(cn=e2e-*)')) await lab.ldapdelete(dn);
  };
  const converges = async (node: string) => {
    await lab.ldapmodify(lab.processEntry({ name: 'e2e-after', vm: 'orders', nr: 70, node }), { add: true });
    await eventually({ what: 'a new process bound after the restart', timeoutMs: SETTLE_MS }, async () => {
      const process = processes(await lab.status()).find((candidate) => candidate.name === 'e2e-after');
      if (process?.state !== 'bound') throw new Error(`e2e-after is ${process?.state ?? 'not listed'}`);
    });
    await lab.ldapdelete(`cn=e2e-after,${lab.vmDn('orders')}`);
    await eventually({ what: 'its end', timeoutMs: SETTLE_MS }, async () => {
      if (processes(await lab.status()).some((process) => process.name === 'e2e-after')) throw new Error('still there');
    });
  };

  beforeAll(async () => {
    lab = await Lab.attach();
    await removeTraces();
  }, 60_000);
  afterAll(removeTraces, 60_000);

  test.each<LabPart>(['manager', 'slapd', 'postgres'])(
    '%s: killed and started again',
    async (part) => {
      const before = pids(await lab.settled());
      await lab.command('kill', part);
      await lab.command('start', part);
      expect(pids(await lab.settled())).toEqual(before);
      await converges('node1');
      expect(pids(await lab.settled())).toEqual(before);
    },
    300_000,
  );

  test('agent: killed, started again by systemd, adopts what runs', async () => {
    const before = pids(await lab.settled());
    const main = async () => (await lab.exec('node1', 'systemctl', 'show', '-P', 'MainPID', 'drvs-node-agent')).trim();
    const killed = await main();
    await lab.exec('node1', 'kill', '-9', killed);
    await eventually({ what: 'a new agent on node1', timeoutMs: SETTLE_MS }, async () => {
      const now = await main();
      if (now === '0' || now === killed) throw new Error(`MainPID is ${now}`);
    });
    expect(pids(await lab.settled())).toEqual(before);
    await converges('node1');
    expect(pids(await lab.settled())).toEqual(before);
  }, 300_000);

  test('agent: stopped, its node turns Unknown and its processes are marked as last known', async () => {
    const before = pids(await lab.settled());
    await lab.exec('node1', 'systemctl', 'stop', 'drvs-node-agent');
    const status = await eventually({ what: 'node1 Unknown', timeoutMs: 60_000, everyMs: 500 }, async () => {
      const now = await lab.status();
      const node = now.nodes.find((candidate) => candidate.name === 'node1');
      if (node?.state !== 'Unknown') throw new Error(`node1 is ${node?.state}`);
      return now;
    });
    expect(pids(status)).toEqual(before);
    for (const process of processes(status)) expect(process.stale ?? false).toBe(process.node === 'node1');
    await lab.exec('node1', 'systemctl', 'start', 'drvs-node-agent');
    expect(pids(await lab.settled())).toEqual(before);
  }, 300_000);
});
