// SPDX-License-Identifier: Apache-2.0
// The lab as `make up` leaves it: what the directory says is what the kernels say.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Lab, processes, type LabStatus } from '../support/lab.js';

describe('the sample directory on a lab of real kernels', () => {
  let lab: Lab;
  let status: LabStatus;

  beforeAll(async () => {
    lab = await Lab.attach();
    status = await lab.settled(180_000);
  }, 240_000);

  test('three nodes, VM orders on node1 and node2, VM billing on node2 and node3', () => {
    expect(status.nodes.map((node) => [node.name, node.nodeId])).toEqual([
      ['node1', 1],
      ['node2', 2],
      ['node3', 3],
    ]);
    const nodesOf = (name: string) =>
      new Set(status.vms.find((vm) => vm.name === name)?.processes.map((process) => process.node));
    expect(nodesOf('orders')).toEqual(new Set(['node1', 'node2']));
    expect(nodesOf('billing')).toEqual(new Set(['node2', 'node3']));
  });

  test('the kernel of each node lists the endpoints that the status reports, under the same pids', async () => {
    for (const node of ['node1', 'node2', 'node3']) {
      await eventually({ what: `one view of ${node}`, timeoutMs: 30_000 }, async () => {
        const reported = (await lab.status()).vms.flatMap((vm) =>
          vm.processes
            .filter((process) => process.node === node)
            .map((process) => `${vm.name} ${process.nr} ${process.endpoint} ${process.pid}`),
        );
        const inKernel = (await kernelTables(node)).sort();
        expect(inKernel).toEqual(reported.sort());
      });
    }
  }, 120_000);

  /** `vm number endpoint pid` of each bound process in /proc/drvs of a node. */
  async function kernelTables(node: string): Promise<string[]> {
    const tables = await lab.exec(
      node,
      'sh',
      '-c',
      'cd /proc/drvs/vms && for vm in *; do sed "s/^/$vm /" $vm/procs; done',
    );
    return tables
      .split('\n')
      .map((row) => row.trim().split(/\s+/))
      .filter(([, , nr, , pid]) => /^-?\d+$/.test(nr ?? '') && Number(pid) > 0)
      .map(([vm, , nr, endpoint, pid]) => `${vm} ${nr} ${endpoint} ${pid}`);
  }

  test('a ping inside the VM reports round trips', async () => {
    const journal = await lab.exec('node1', 'journalctl', '-u', 'drvs-1-p*', '-o', 'cat', '--no-pager');
    expect(journal).toMatch(/round trips/);
    expect(processes(status).length).toBeGreaterThanOrEqual(6);
  }, 60_000);

  test('drvsctl shows the same topology as a table, as JSON and as YAML', async () => {
    for (const format of ['table', 'json', 'yaml']) {
      const shown = await lab.drvsctl('topology', '-o', format);
      expect({ format, status: shown.status, stderr: shown.stderr }).toEqual({ format, status: 0, stderr: '' });
      for (const word of ['node1', 'node2', 'node3', 'orders', 'billing']) expect(shown.stdout).toContain(word);
    }
  }, 60_000);
});
