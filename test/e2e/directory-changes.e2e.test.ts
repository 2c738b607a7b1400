// SPDX-License-Identifier: Apache-2.0
// Changes of the directory on their way to the kernels, the unusable ones included.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Lab, pids, processes, type LabProcess, type LabStatus } from '../support/lab.js';

const PATIENCE_MS = 30_000;

describe('a change of the directory', () => {
  let lab: Lab;
  let before: LabStatus;

  const find = async (name: string): Promise<LabProcess | undefined> =>
    processes(await lab.status()).find((process) => process.name === name);
  const bound = (name: string) =>
    eventually({ what: `${name} bound`, timeoutMs: PATIENCE_MS }, async () => {
      const process = await find(name);
      if (process?.state !== 'bound') throw new Error(`${name} is ${process?.state ?? 'not listed'}`);
      return process;
    });
  const gone = (name: string) =>
    eventually({ what: `${name} gone`, timeoutMs: PATIENCE_MS }, async () => {
      if ((await find(name)) !== undefined) throw new Error('still listed');
    });
  const problem = (code: RegExp, dn: string) =>
    eventually({ what: `a problem ${String(code)} on ${dn}`, timeoutMs: PATIENCE_MS }, async () => {
      const shown = await lab.drvsctl('problems', '-o', 'json');
      const items = (JSON.parse(shown.stdout) as { items: { dn: string; code: string; remedy: string }[] }).items;
      const found = items.find((item) => item.dn.toLowerCase() === dn.toLowerCase() && code.test(item.code));
      if (found === undefined) throw new Error(`problems: ${shown.stdout}`);
      expect(found.remedy).not.toBe('');
    });

  beforeAll(async () => {
    lab = await Lab.attach();
  });
  beforeEach(async () => {
    before = await lab.settled();
  }, 120_000);
  afterAll(async () => {
    for (const dn of await lab.search('(|(cn=e2e-*)(cn=orders-renamed))'))
      await lab.ldapdelete(dn, { recursive: true });
  }, 60_000);

  test('adding a process starts and binds it, deleting it ends and unbinds it', async () => {
    await lab.ldapmodify(lab.processEntry({ name: 'e2e-extra', vm: 'orders', nr: 60, node: 'node1' }), { add: true });
    const process = await bound('e2e-extra');
    expect(await lab.exec('node1', 'cat', '/proc/drvs/vms/orders/procs')).toContain(String(process.pid));

    await lab.ldapdelete(`cn=e2e-extra,${lab.vmDn('orders')}`);
    await gone('e2e-extra');
    const alive = await lab.tryExec('node1', 'test', '-d', `/proc/${process.pid}`);
    expect(alive.status).not.toBe(0);
    expect(pids(await lab.status())).toEqual(pids(before));
  }, 120_000);

  test('drvsctl creates, changes and deletes a record, and drains a node and takes it back', async () => {
    const name = 'orders/e2e-made';
    const made = await lab.drvsctl('create', 'process', name, 'onNode=node1', 'procNr=66', 'exec=/usr/bin/m3ipc serve');
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const { pid } = await bound('e2e-made');
    await lab.drvsctl('set', 'process', name, 'description=made by a test');
    expect((await bound('e2e-made')).pid).toBe(pid);
    await lab.drvsctl('delete', 'process', name, '--yes');
    await gone('e2e-made');

    const drained = await lab.drvsctl('drain', 'node3', '--reason', 'a test', '--yes');
    expect(drained.stderr).toMatch(/node3 is drained/);
    await lab.drvsctl('activate', 'node3');
    const after = await lab.settled();
    const elsewhere = (status: LabStatus) => processes(status).filter(({ node }) => node !== 'node3');
    expect(elsewhere(after).map((one) => one.pid)).toEqual(elsewhere(before).map((one) => one.pid));
  }, 180_000);

  test('a record that cannot be parsed is a problem of that record and of nothing else', async () => {
    const dn = `cn=e2e-bad,${lab.vmDn('orders')}`;
    await lab.ldapmodify(
      lab.processEntry({ name: 'e2e-bad', vm: 'orders', nr: 61, node: 'node1', exec: `relative "unclosed` }),
      { add: true },
    );
    await problem(/Exec/, dn);
    await lab.ldapmodify(lab.processEntry({ name: 'e2e-good', vm: 'orders', nr: 62, node: 'node2' }), { add: true });
    await bound('e2e-good');
    await lab.ldapdelete(`cn=e2e-good,${lab.vmDn('orders')}`);
    await lab.ldapdelete(dn);
    await gone('e2e-good');
    expect(pids(await lab.status())).toEqual(pids(before));
  }, 120_000);

  test('a second claimant of a process number and a dangling node are problems; the holder keeps running', async () => {
    const holder = before.vms.find((vm) => vm.name === 'orders')?.processes[0];
    await lab.ldapmodify(lab.processEntry({ name: 'e2e-second', vm: 'orders', nr: holder?.nr ?? 0, node: 'node1' }), {
      add: true,
    });
    await problem(/Duplicate|Conflict|Taken/, `cn=e2e-second,${lab.vmDn('orders')}`);
    await lab.ldapmodify(lab.processEntry({ name: 'e2e-lost', vm: 'orders', nr: 63, node: 'nowhere' }), { add: true });
    await problem(/Node/, `cn=e2e-lost,${lab.vmDn('orders')}`);
    await lab.ldapdelete(`cn=e2e-second,${lab.vmDn('orders')}`);
    await lab.ldapdelete(`cn=e2e-lost,${lab.vmDn('orders')}`);
    expect(pids(await lab.settled())).toEqual(pids(before));
  }, 120_000);

  test('an entry that becomes invalid keeps its last valid version in force', async () => {
    await lab.ldapmodify(lab.processEntry({ name: 'e2e-typo', vm: 'billing', nr: 60, node: 'node3' }), { add: true });
    const process = await bound('e2e-typo');
    const dn = `cn=e2e-typo,${lab.vmDn('billing')}`;
    await lab.ldapmodify(`dn: ${dn}\nchangetype: modify\nreplace: drvsExec\ndrvsExec: not/absolute\n`);
    await problem(/Exec/, dn);
    expect((await find('e2e-typo'))?.pid).toBe(process.pid);
    await lab.ldapdelete(dn);
    await gone('e2e-typo');
  }, 120_000);

  test('renaming a VM with bound processes ends none of them', async () => {
    const rename = (from: string, to: string) =>
      lab.ldapmodify(`dn: ${lab.vmDn(from)}\nchangetype: modrdn\nnewrdn: cn=${to}\ndeleteoldrdn: 1\n`);
    const pidsOf = (status: LabStatus) =>
      status.vms.find((vm) => vm.vmId === 1)?.processes.map((process) => process.pid);
    await rename('orders', 'orders-renamed');
    await eventually({ what: 'the new name in the kernel of node1', timeoutMs: PATIENCE_MS }, async () => {
      await lab.exec('node1', 'cat', '/proc/drvs/vms/orders-renamed/procs');
    });
    expect(pidsOf(await lab.settled())).toEqual(pidsOf(before));
    await rename('orders-renamed', 'orders');
    await eventually({ what: 'the old name back in the kernel of node1', timeoutMs: PATIENCE_MS }, async () => {
      await lab.exec('node1', 'cat', '/proc/drvs/vms/orders/procs');
    });
    expect(pidsOf(await lab.settled())).toEqual(pidsOf(before));
  }, 180_000);
});
