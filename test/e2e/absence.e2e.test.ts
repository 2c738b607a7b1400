// SPDX-License-Identifier: Apache-2.0
// Parts that start when what they need is not there: each says what it waits for, and goes on by itself.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Lab, pids, SETTLE_MS } from '../support/lab.js';

interface NodeView {
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly message: string }[];
}

describe('something missing at start', () => {
  let lab: Lab;

  const agentStatus = async (node: string) =>
    (await lab.exec(node, 'systemctl', 'show', '-P', 'StatusText', 'drvs-node-agent')).trim();

  beforeAll(async () => {
    lab = await Lab.attach();
  });

  test('an agent with a wrong LDAP password says so, disturbs nothing, and recovers with the right one', async () => {
    const before = pids(await lab.settled());
    await lab.exec(
      'node2',
      'sh',
      '-c',
      'cp -p /etc/drvs/ldap-password /root/kept && printf wrong > /etc/drvs/ldap-password',
    );
    await lab.exec('node2', 'sh', '-c', 'rm -f /var/lib/drvs/session*; systemctl restart drvs-node-agent --no-block');
    await eventually({ what: 'the agent naming its password', timeoutMs: SETTLE_MS }, async () => {
      const text = await agentStatus('node2');
      const journal = await lab.exec(
        'node2',
        'journalctl',
        '-u',
        'drvs-node-agent',
        '-o',
        'cat',
        '-n',
        '50',
        '--no-pager',
      );
      if (!/password|credential/i.test(text + journal)) throw new Error(text);
    });
    await lab.exec(
      'node2',
      'sh',
      '-c',
      'mv /root/kept /etc/drvs/ldap-password; systemctl restart drvs-node-agent --no-block',
    );
    expect(pids(await lab.settled())).toEqual(before);
  }, 300_000);

  test('a manager started without slapd and Postgres names what it waits for and recovers by itself', async () => {
    const before = pids(await lab.settled());
    await lab.command('stop', 'manager');
    await lab.command('stop', 'slapd');
    await lab.command('stop', 'postgres');
    await lab.command('start', 'manager');
    const logs = () => lab.command('logs', 'manager');
    await eventually({ what: 'the manager naming Postgres', timeoutMs: SETTLE_MS }, async () => {
      if (!/waiting for postgres/i.test(await logs())) throw new Error('not said');
    });
    await lab.command('start', 'postgres');
    await eventually({ what: 'the manager naming the directory', timeoutMs: SETTLE_MS }, async () => {
      if (!/waiting for (the )?directory/i.test(await logs())) throw new Error('not said');
    });
    await lab.command('start', 'slapd');
    expect(pids(await lab.settled())).toEqual(before);
  }, 300_000);

  test('a node whose kernel lacks the module reports the condition with its remedy, and recovers', async () => {
    const before = pids(await lab.settled());
    const script = (text: string) => lab.exec('node3', 'sh', '-c', text);
    await script('systemctl stop drvs-node-agent; systemctl stop "drvs-*-p*.service"; m3ipc drvs-end; rmmod m3ipc');
    await script('f=$(modinfo -n m3ipc); echo "$f" > /root/where; mv "$f" /root/m3ipc.ko; depmod -a');
    await script('systemctl reset-failed; systemctl start drvs-node-agent --no-block');
    await eventually({ what: 'the condition ModuleMissing on node3', timeoutMs: SETTLE_MS }, async () => {
      const view = (await lab.api('nodes/node3')) as NodeView;
      const found = view.conditions.find(
        (condition) => condition.type === 'ModuleMissing' && condition.status === 'true',
      );
      if (found === undefined) throw new Error(JSON.stringify(view.conditions));
      expect(found.message).toMatch(/install|modprobe|package/i);
    });
    await script(
      'mv /root/m3ipc.ko "$(cat /root/where)"; depmod -a; systemctl reset-failed; systemctl restart drvs-module',
    );
    const after = pids(await lab.settled());
    expect(Object.keys(after)).toEqual(Object.keys(before));
  }, 400_000);
});
