// SPDX-License-Identifier: Apache-2.0
// A directory in which one record of twenty is bad works for all the others.
import { describe, expect, test } from '@jest/globals';
import type { Topology } from '@drvs/contracts';
import { normalizeDn } from '../dn.js';
import type { Entry } from '../entry.js';
import { project } from '../project/project.js';
import { BASE, edit, entry, node, nodeDn, process, system, type Values, vm } from '../testing/sample.js';
import { parse } from './parse.js';

const NODES = 60;
const VMS = 120;
const EACH = 4;
const SHARE = 0.05;

/** Pseudo-random numbers in [0, 1) that a failure can be repeated with. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** One record, and those without which it cannot be. */
interface Made {
  readonly entry: Entry;
  readonly kind: 'node' | 'vm' | 'process';
  readonly needs: readonly string[];
}

function makeDirectory(): { frame: Entry[]; records: Made[] } {
  const unit = (name: string): Entry => entry(`ou=${name},${BASE}`, { objectClass: 'organizationalUnit', ou: name });
  const records: Made[] = [];
  for (let id = 0; id < NODES; id += 1) records.push({ entry: node(`node${id}`, id), kind: 'node', needs: [] });
  for (let id = 0; id < VMS; id += 1) {
    const names = [0, 1, 2].map((step) => `node${(id + step * 7) % NODES}`);
    const own = vm(`vm${id}`, id, names);
    records.push({ entry: own, kind: 'vm', needs: [] });
    for (let nr = 1; nr <= EACH; nr += 1) {
      const name = names[nr % names.length] ?? '';
      records.push({
        entry: process(`vm${id}`, `p${nr}`, nr, name),
        kind: 'process',
        needs: [own.dn, nodeDn(name)],
      });
    }
  }
  return { frame: [system(), unit('nodes'), unit('vms')], records };
}

/** Ways to spoil a record: what is missing, no number, out of range, taken, no such thing, no DN. */
const SPOILERS: Record<Made['kind'], readonly Values[]> = {
  node: [
    { drvsNodeId: undefined },
    { drvsNodeId: 'seven' },
    { drvsNodeId: '1024' },
    { drvsNodeId: ['3', '4'] },
    { drvsAdminState: 'asleep' },
  ],
  vm: [
    { drvsVmId: undefined },
    { drvsVmId: '65536' },
    { drvsVmId: '-1' },
    { drvsMaxProcs: 'many' },
    { drvsAdminState: 'active' },
  ],
  process: [
    { drvsProcNr: undefined },
    { drvsProcNr: '99999' },
    { drvsOnNode: undefined },
    { drvsOnNode: 'no DN' },
    { drvsOnNode: nodeDn('ghost') },
    { drvsExec: 'not-absolute "' },
    { drvsRestart: 'sometimes' },
  ],
};

function spoil(records: readonly Made[], random: () => number): { entries: Entry[]; bad: Set<string> } {
  const bad = new Set<string>();
  const entries = records.map(({ entry: good, kind }) => {
    if (random() >= SHARE) return good;
    bad.add(good.dn);
    const ways = SPOILERS[kind];
    return edit(good, ways[Math.floor(random() * ways.length)] ?? {});
  });
  return { entries, bad };
}

const folded = (dn: string): string => normalizeDn(dn) ?? dn;

/** DNs of everything that is in force. */
function inForce({ nodes, vms }: Topology): Set<string> {
  return new Set([...nodes, ...vms, ...vms.flatMap(({ processes }) => processes)].map(({ dn }) => dn));
}

describe.each([1, 2, 3])('one record of twenty is bad (seed %i)', (seed) => {
  const { frame, records } = makeDirectory();
  const { entries, bad } = spoil(records, dice(seed));
  const works = records.filter(({ entry: { dn }, needs }) => ![dn, ...needs].some((name) => bad.has(name)));

  test('from the start: every good record whose VM and node are good is in force, each bad one is named', () => {
    expect(bad.size).toBeGreaterThan(15);
    const { topology, problems } = parse([...frame, ...entries], undefined, { baseDn: BASE });

    const there = inForce(topology);
    expect(works.filter(({ entry: { dn } }) => !there.has(folded(dn))).map(({ entry: { dn } }) => dn)).toEqual([]);
    const named = new Set(problems.map(({ dn }) => folded(dn)));
    expect([...bad].filter((dn) => !named.has(folded(dn)))).toEqual([]);
  });

  test('their nodes get a document each, with every good process on it', () => {
    const { topology, losers } = parse([...frame, ...entries], undefined, { baseDn: BASE });

    const placed = new Set<string>();
    for (const { dn, name } of topology.nodes) {
      const document = project(topology, dn, losers);
      expect(document?.node.name).toBe(name);
      for (const own of document?.vms ?? []) for (const { name: p } of own.processes) placed.add(`${own.name}/${p}`);
    }
    const wanted = works
      .filter(({ kind }) => kind === 'process')
      .map(({ entry: { dn } }) => dn.replace(/^cn=(\w+),cn=(\w+),.*$/, '$2/$1'));
    expect(wanted.length).toBeGreaterThan(300);
    expect(wanted.filter((name) => !placed.has(name))).toEqual([]);
  });

  test('spoiled while all was in force: everything stays in force, bad records in their last valid version', () => {
    const all = parse([...frame, ...records.map(({ entry: good }) => good)], undefined, { baseDn: BASE });
    expect(all.problems).toEqual([]);

    const { topology } = parse([...frame, ...entries], all.topology, { baseDn: BASE });

    expect(inForce(topology)).toEqual(inForce(all.topology));
  });
});
