// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_GUARD, type GuardLimits, type Topology } from '@drvs/contracts';
import { describe, expect, test } from '@jest/globals';
import { type Entry, storeEntry, type StoredEntry } from '../entry.js';
import { parse } from '../parse/parse.js';
import { EntryStore } from '../sync/entry-store.js';
import { BASE, edit, entry, node, nodeDn, process, sample, vm, vmDn } from '../testing/sample.js';
import { heldHash, judge } from './judge.js';
import { planRefuse } from './refuse.js';
import type { GuardInput, HeldChange, PastEffect, Verdict } from './types.js';

/** A follower in memory: entries, what is in force, what is held. */
class Guarded {
  entries: Map<string, Entry>;
  topology: Topology = { nodes: [], vms: [] };
  held: readonly HeldChange[] = [];
  recent: PastEffect[] = [];
  bound = new Map<string, number>();
  since = new Map<string, number>();
  now = 1_000_000;
  limits: GuardLimits = DEFAULT_GUARD;
  last!: Verdict;

  constructor(entries: Iterable<Entry>) {
    this.entries = new Map();
    this.change(...entries);
    this.bindAll();
    this.now += 3_600_000;
  }

  /** Everything desired is bound, since now. */
  bindAll(): void {
    for (const item of this.topology.vms) {
      for (const { nr } of item.processes)
        this.bound.set(`${item.vmId}/${nr}`, this.bound.get(`${item.vmId}/${nr}`) ?? this.now);
    }
  }

  /** Takes in entries, new or changed, as one batch. */
  change(...entries: Entry[]): Verdict {
    return this.batch(new Map([...this.entries, ...entries.map((item) => [item.uuid, item] as const)]));
  }

  /** Deletes entries and whatever is below them, as one batch. */
  delete(...dns: string[]): Verdict {
    const rest = [...this.entries].filter(([, { dn }]) => !dns.some((gone) => dn === gone || dn.endsWith(`,${gone}`)));
    return this.batch(new Map(rest));
  }

  release(): Verdict {
    return this.batch(this.entries, new Set(this.held.map(({ uuid }) => uuid)));
  }

  batch(entries: Map<string, Entry>, released?: ReadonlySet<string>): Verdict {
    const before = new EntryStore(this.entries.values());
    const { topology: next } = parse(entries.values(), this.topology, { baseDn: BASE });
    const input: GuardInput = {
      now: this.now,
      limits: this.limits,
      previous: this.topology,
      next,
      bound: this.bound,
      since: this.since,
      recent: this.recent,
      held: this.held,
      entriesOf: (uuid): StoredEntry[] => before.lineage(uuid).map(storeEntry),
      exists: (uuid) => entries.has(uuid),
      ...(released && { released }),
    };
    const verdict = judge(input);
    this.last = verdict;
    this.entries = entries;
    this.topology = verdict.effective;
    this.held = verdict.held;
    this.recent = [...this.recent, ...verdict.applied];
    for (const { kind, key } of verdict.applied) if (kind === 'process') this.bound.delete(key);
    return verdict;
  }

  get names(): string[] {
    return this.topology.vms.flatMap((item) => [
      item.name,
      ...item.processes.map(({ name }) => `${item.name}/${name}`),
    ]);
  }

  get heldNames(): string[] {
    return this.held.map(({ kind, name, change }) => `${change} ${kind} ${name}`).sort();
  }
}

const ALL = [
  'orders',
  'orders/server1',
  'orders/client1',
  'orders/server2',
  'billing',
  'billing/ledger',
  'billing/clerk',
];

function small(): Guarded {
  return new Guarded(Object.values(sample()));
}

/** `count` VMs on node1, one bound process each. */
function large(count: number): Guarded {
  const good = sample();
  const entries = [good.system!, good.nodes!, good.vms!, good.node1!];
  for (let index = 0; index < count; index += 1) {
    entries.push(vm(`vm${index}`, index, ['node1']), process(`vm${index}`, 'p', 1, 'node1'));
  }
  return new Guarded(entries);
}

describe('what passes', () => {
  test('additions, and changes that end nothing', () => {
    const guarded = small();
    const extra = process('orders', 'extra', 9, 'node1');
    expect(
      guarded.change(extra, edit(guarded.entries.get([...guarded.entries.keys()][0]!)!, { description: 'x' })).held,
    ).toEqual([]);
    expect(guarded.names).toContain('orders/extra');
  });

  test('one process of five', () => {
    const guarded = small();
    const verdict = guarded.delete(`cn=client1,${vmDn('orders')}`);
    expect(verdict.held).toEqual([]);
    expect(verdict.applied.map(({ kind, key, label }) => [kind, key, label])).toEqual([
      ['process', '10/2', 'orders/client1 on node1'],
    ]);
    expect(guarded.names).not.toContain('orders/client1');
  });

  test('a rename of a VM, bound processes and all', () => {
    const guarded = small();
    const entries = [...guarded.entries.values()].map((item) =>
      item.dn.endsWith(vmDn('orders')) ? { ...item, dn: item.dn.replace(vmDn('orders'), vmDn('sales')) } : item,
    );
    const renamed = entries.map((item) =>
      item.rdn === 'cn=orders' ? { ...edit(item, { cn: 'sales' }), rdn: 'cn=sales', dn: vmDn('sales') } : item,
    );
    const verdict = guarded.change(...renamed);
    expect(verdict.held).toEqual([]);
    expect(verdict.applied).toEqual([]);
    expect(guarded.names).toContain('sales/server1');
  });

  test('what is not bound', () => {
    const guarded = small();
    guarded.bound.clear();
    for (const name of ['server1', 'client1', 'server2']) {
      expect(guarded.delete(`cn=${name},${vmDn('orders')}`).held).toEqual([]);
    }
  });

  test('the same process added and deleted two hundred times', () => {
    const guarded = small();
    for (let round = 0; round < 200; round += 1) {
      const extra = process('orders', 'extra', 20, 'node1');
      guarded.change(extra);
      guarded.bound.set('10/20', guarded.now);
      guarded.now += 250;
      guarded.delete(extra.dn);
      expect(guarded.held).toEqual([]);
      guarded.now += 250;
    }
  });

  test('also with a new number each time', () => {
    const guarded = small();
    for (let nr = 20; nr < 220; nr += 1) {
      const extra = process('orders', `extra${nr}`, nr, 'node1');
      guarded.change(extra);
      guarded.bound.set(`10/${nr}`, guarded.now);
      guarded.now += 250;
      guarded.delete(extra.dn);
      expect(guarded.held).toEqual([]);
      guarded.now += 250;
    }
  });

  test('ten of a hundred, and ten more a minute later, but not eleven at once', () => {
    const guarded = large(120);
    const vms = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, i) => vmDn(`vm${from + i}`));
    expect(guarded.delete(...vms(0, 10)).held).toEqual([]);
    guarded.now += 61_000;
    expect(guarded.delete(...vms(10, 20)).held).toEqual([]);
    guarded.now += 61_000;
    const verdict = guarded.delete(...vms(20, 31));
    expect(verdict.held).toHaveLength(22);
    expect(verdict.reasons[0]).toBe(
      '11 of 100 bound processes would end within 60 s: more than 10 and more than 10 %.',
    );
  });
});

describe('what is held', () => {
  test('every VM deleted: nothing ends, and the whole set is named', () => {
    const guarded = small();
    const verdict = guarded.delete(`ou=vms,${BASE}`);
    expect(guarded.names).toEqual(ALL);
    expect(verdict.applied).toEqual([]);
    expect(guarded.heldNames).toEqual(
      [
        'vm orders',
        'vm billing',
        'process server1',
        'process client1',
        'process server2',
        'process ledger',
        'process clerk',
      ]
        .map((name) => `delete ${name}`)
        .sort(),
    );
    expect(verdict.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(verdict.held.flatMap(({ effects }) => effects).filter(({ kind }) => kind === 'process')).toHaveLength(5);
  });

  const causes: [string, (guarded: Guarded, good: Record<string, Entry>) => Entry[]][] = [
    [
      'all VMs stopped',
      (_g, good) =>
        [good.orders!, good.billing!].map((item) => edit(item, { drvsAdminState: 'stopped', drvsAdminReason: 'x' })),
    ],
    [
      'all nodes disabled',
      (_g, good) =>
        [good.node1!, good.node2!, good.node3!].map((item) =>
          edit(item, { drvsAdminState: 'disabled', drvsAdminReason: 'x' }),
        ),
    ],
    [
      'all nodes with launched processes drained',
      (_g, good) =>
        [good.node1!, good.node2!].map((item) => edit(item, { drvsAdminState: 'drained', drvsAdminReason: 'x' })),
    ],
    [
      'all spans emptied',
      (_g, good) => [good.orders!, good.billing!].map((item) => edit(item, { drvsSpansNode: undefined })),
    ],
    [
      'all nodes renamed',
      (_g, good) =>
        ['node1', 'node2', 'node3'].map((name) => ({
          ...edit(good[name]!, { cn: `${name}x` }),
          rdn: `cn=${name}x`,
          dn: nodeDn(`${name}x`),
        })),
    ],
    [
      'all nodes renumbered',
      (_g, good) => ['node1', 'node2', 'node3'].map((name, i) => edit(good[name]!, { drvsNodeId: `${70 + i}` })),
    ],
    [
      'all VMs renumbered',
      (_g, good) => [edit(good.orders!, { drvsVmId: '71' }), edit(good.billing!, { drvsVmId: '72' })],
    ],
    [
      'all commands changed',
      (_g, good) =>
        ['server1', 'client1', 'server2', 'ledger'].map((name) => edit(good[name]!, { drvsExec: '/bin/other' })),
    ],
    [
      'a limit that shuts processes out',
      (_g, good) => [good.orders!, good.billing!].map((item) => edit(item, { drvsMaxProcs: '1' })),
    ],
  ];
  test.each(causes)('%s', (_case, spoil) => {
    const good = sample();
    const guarded = new Guarded(Object.values(good));
    const before = guarded.topology;
    guarded.change(...spoil(guarded, good));
    expect(guarded.last.reasons.length).toBeGreaterThan(0);
    expect(guarded.last.applied).toEqual([]);
    const decisive = ({ nodes, vms }: Topology): unknown => [
      nodes.map(({ name, nodeId, adminState }) => [name, nodeId, adminState]),
      vms.map(({ vmId, spans, adminState, processes }) => [
        vmId,
        spans,
        adminState,
        processes.map(({ nr, exec }) => [nr, exec]),
      ]),
    ];
    expect(decisive(guarded.topology)).toEqual(decisive(before));
    guarded.release();
    expect(guarded.held).toEqual([]);
    expect(decisive(guarded.topology)).not.toEqual(decisive(before));
  });

  test('however slowly it comes within the window', () => {
    const guarded = large(30);
    const ended: number[] = [];
    for (let index = 0; index < 30; index += 1) {
      if (guarded.delete(vmDn(`vm${index}`)).applied.some(({ kind }) => kind === 'process')) ended.push(index);
      guarded.now += 1_000;
    }
    expect(ended).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(guarded.names).toHaveLength(40);
  });

  test('what was made less than a window ago, too', () => {
    const guarded = small();
    guarded.now -= 3_600_000 - 5_000;
    guarded.delete(`ou=vms,${BASE}`);
    expect(guarded.names).toEqual(ALL);
  });

  test('more than half of four', () => {
    const guarded = large(4);
    guarded.delete(vmDn('vm0'), vmDn('vm1'));
    expect(guarded.held).toEqual([]);
    guarded.now += 61_000;
    guarded.delete(vmDn('vm2'), vmDn('vm3'));
    expect(guarded.heldNames).toContain('delete vm vm3');
  });

  test('the system entry with everything below it', () => {
    const guarded = small();
    guarded.delete(BASE);
    expect(guarded.names).toEqual(ALL);
    expect(guarded.topology.system).toBeDefined();
    expect(guarded.topology.nodes).toHaveLength(3);
    expect(guarded.heldNames).toContain('delete system system');
  });
});

describe('a held set', () => {
  test('is the same after a restart, whatever the batch says then', () => {
    const guarded = small();
    const { hash } = guarded.delete(`ou=vms,${BASE}`);
    guarded.now += 600_000;
    const again = guarded.batch(guarded.entries);
    expect(again.hash).toBe(hash);
    expect(again.reasons).toEqual([]);
    expect(guarded.names).toEqual(ALL);
  });

  test('does not stop small changes elsewhere later', () => {
    const guarded = small();
    guarded.delete(vmDn('orders'));
    const { hash } = guarded.last;
    guarded.now += 61_000;
    guarded.delete(`cn=clerk,${vmDn('billing')}`);
    expect(guarded.last.applied).toHaveLength(1);
    expect(guarded.last.hash).toBe(hash);
  });

  test('grows when more of the same goes, and its hash with it', () => {
    const guarded = small();
    const first = guarded.delete(vmDn('orders')).hash;
    const second = guarded.delete(vmDn('billing')).hash;
    expect(second).not.toBe(first);
    expect(guarded.names).toEqual(ALL);
  });

  test('confirmed: it ends, and counts against nobody', () => {
    const guarded = small();
    guarded.delete(`ou=vms,${BASE}`);
    guarded.release();
    expect(guarded.names).toEqual([]);
    expect(guarded.held).toEqual([]);
    expect(heldHash(guarded.held)).toBeUndefined();
  });

  test('undone in the directory: the hold goes by itself', () => {
    const good = sample();
    const guarded = new Guarded(Object.values(good));
    const stopped = [good.orders!, good.billing!].map((item) =>
      edit(item, { drvsAdminState: 'stopped', drvsAdminReason: 'x' }),
    );
    guarded.change(...stopped);
    expect(guarded.heldNames).toEqual(['modify vm billing', 'modify vm orders']);
    guarded.change(good.orders!);
    expect(guarded.heldNames).toEqual(['modify vm billing']);
    guarded.change(good.billing!);
    expect(guarded.held).toEqual([]);
  });

  test('an entry that comes back under a new UUID is the same thing: the rest stays held', () => {
    const good = sample();
    const guarded = new Guarded(Object.values(good));
    guarded.delete(`ou=vms,${BASE}`);
    const again = { ...good.orders!, uuid: '11111111-0000-4000-8000-000000000000' };
    const verdict = guarded.change(again);
    expect(verdict.adopted).toEqual([
      { kind: 'vm', dn: vmDn('orders'), oldUuid: good.orders!.uuid, newUuid: again.uuid },
    ]);
    expect(guarded.names).toEqual(ALL);
    expect(guarded.heldNames).not.toContain('delete vm orders');
    const member = { ...good.server1!, uuid: '22222222-0000-4000-8000-000000000000' };
    guarded.change(member);
    expect(guarded.names).toEqual(ALL);
    expect(guarded.heldNames).not.toContain('delete process server1');
    expect(guarded.topology.vms[0]?.processes[0]?.uuid).toBe(member.uuid);
  });

  test('gives way to a live entry of another name with its number', () => {
    const guarded = small();
    guarded.delete(`ou=vms,${BASE}`);
    const verdict = guarded.change(vm('newcomer', 10, ['node1']));
    expect(verdict.displaced).toEqual([{ dn: vmDn('orders'), by: vmDn('newcomer'), attribute: 'drvsVmId', id: 10 }]);
    expect(guarded.names).toEqual(['newcomer', 'billing', 'billing/ledger', 'billing/clerk']);
  });

  test('keeps the node its processes are on', () => {
    const guarded = small();
    guarded.delete(`ou=nodes,${BASE}`);
    expect(guarded.topology.nodes).toHaveLength(3);
    expect(guarded.names).toEqual(ALL);
    expect(guarded.held.filter(({ kind }) => kind === 'process').every(({ change }) => change === 'modify')).toBe(true);
  });
});

describe('planRefuse', () => {
  const stored = (guarded: Guarded): StoredEntry[] => [...guarded.entries.values()].map(storeEntry);

  test('brings back everything, parents first, and names the passwords that are lost', () => {
    const guarded = small();
    guarded.delete(`ou=vms,${BASE}`, nodeDn('node3'), nodeDn('node2'));
    const plan = planRefuse(guarded.held, stored(guarded));
    expect(plan.operations.every(({ op }) => op === 'add')).toBe(true);
    expect(plan.dns.slice(0, 1)).toEqual([`ou=vms,${BASE}`]);
    expect(plan.dns.indexOf(vmDn('orders'))).toBeLessThan(plan.dns.indexOf(`cn=server1,${vmDn('orders')}`));
    expect(plan.dns).toHaveLength(1 + 2 + 5 + 2);
    expect([...plan.passwordsLost].sort()).toEqual([nodeDn('node2'), nodeDn('node3')]);
  });

  test('carried out, it leaves nothing held and nothing ended', () => {
    const guarded = small();
    guarded.delete(`ou=vms,${BASE}`);
    const plan = planRefuse(guarded.held, stored(guarded));
    const adds = plan.operations.flatMap((operation) =>
      operation.op === 'add' ? [entry(operation.dn, operation.attributes)] : [],
    );
    for (const item of adds) guarded.change(item);
    expect(guarded.held).toEqual([]);
    expect(guarded.names).toEqual(ALL);
    expect(guarded.recent).toEqual([]);
  });

  test('puts changed values and names back', () => {
    const good = sample();
    const guarded = new Guarded(Object.values(good));
    guarded.change(
      ...[good.orders!, good.billing!].map((item) =>
        edit(item, { drvsAdminState: 'stopped', drvsAdminReason: 'x', description: 'y' }),
      ),
    );
    const plan = planRefuse(guarded.held, stored(guarded));
    expect(plan.operations).toHaveLength(2);
    expect(plan.operations[0]).toMatchObject({
      op: 'modify',
      changes: [
        { op: 'replace', attribute: 'description', values: [] },
        { op: 'replace', attribute: 'drvsadminreason', values: [] },
        { op: 'replace', attribute: 'drvsadminstate', values: [] },
      ],
    });
    const renamed = new Guarded(Object.values(good));
    renamed.change(
      ...['node1', 'node2', 'node3'].map((name) => ({
        ...edit(good[name]!, { cn: `${name}x` }),
        rdn: `cn=${name}x`,
        dn: nodeDn(`${name}x`),
      })),
    );
    expect(planRefuse(renamed.held, stored(renamed)).operations).toEqual(
      ['node1', 'node2', 'node3'].map((name) => ({ op: 'rename', dn: nodeDn(`${name}x`), newRdn: `cn=${name}` })),
    );
  });

  test('writes nothing for what is only missing by reference', () => {
    const guarded = small();
    guarded.delete(`ou=nodes,${BASE}`);
    const plan = planRefuse(guarded.held, stored(guarded));
    expect([...plan.dns].sort()).toEqual(
      [`ou=nodes,${BASE}`, nodeDn('node1'), nodeDn('node2'), nodeDn('node3')].sort(),
    );
  });
});

test('limits are settings', () => {
  const guarded = large(30);
  guarded.limits = { windowSeconds: 60, maxCount: 1, maxPercent: 0 };
  guarded.delete(vmDn('vm0'), vmDn('vm1'));
  expect(guarded.held).toHaveLength(4);
});

test('thousands of deletions are judged without a time that grows with their square', () => {
  const guarded = large(2_000);
  // CPU time of this process: other work on the machine does not count.
  const from = globalThis.process.cpuUsage();
  guarded.delete(`ou=vms,${BASE}`);
  expect(guarded.held).toHaveLength(4_000);
  expect(globalThis.process.cpuUsage(from).user / 1e6).toBeLessThan(4);
});

test('a node that nobody uses is its own effect', () => {
  const good = sample();
  const guarded = new Guarded([...Object.values(good), node('node4', 4), node('node5', 5)]);
  expect(guarded.delete(nodeDn('node5')).held).toEqual([]);
  expect(guarded.last.applied).toMatchObject([{ kind: 'node', key: '5', label: 'node5' }]);
});
