// SPDX-License-Identifier: Apache-2.0
import { type NodeDocument, nodeDocumentSchema, type Topology } from '@drvs/contracts';
import { describe, expect, test } from '@jest/globals';
import { parse } from '../parse/parse.js';
import { BASE, edit, node, nodeDn, sample } from '../testing/sample.js';
import { compareDocuments } from './compare.js';
import { digest } from './digest.js';
import { project } from './project.js';

const good = sample();

function topologyOf(entries = Object.values(good), previous?: Topology) {
  return parse(entries, previous, { baseDn: BASE });
}

function documentOf(name: string, topology = topologyOf().topology): NodeDocument {
  const document = project(topology, nodeDn(name));
  if (document === undefined) throw new Error(`no document for ${name}`);
  return document;
}

describe('project', () => {
  test('holds the VMs that span the node, their processes there, and the peers', () => {
    const document = documentOf('node2');
    expect(nodeDocumentSchema.parse(document)).toEqual(document);
    expect(document.node).toEqual({ name: 'node2', nodeId: 2, adminState: 'active' });
    expect(document.vms.map((vm) => [vm.name, vm.spans, vm.processes.map(({ name }) => name)])).toEqual([
      ['orders', [1, 2], ['server2']],
      ['billing', [2, 3], ['ledger']],
    ]);
    expect(document.peers.map(({ name, addresses }) => [name, addresses])).toEqual([
      ['node1', ['10.77.0.11']],
      ['node3', ['10.77.0.13']],
    ]);
  });

  test('names what to wait for with number and node', () => {
    expect(documentOf('node1').vms[0]?.processes[1]?.after).toEqual([{ name: 'server1', nr: 1, nodeId: 1 }]);
  });

  test('names the peers a process may address by number, and keeps a name that nobody has', () => {
    const limited = edit(good.server1!, { drvsAllowedPeer: ['client1', '-2', 'ghost', '200'] });
    const { topology } = topologyOf(Object.values({ ...good, server1: limited }));
    const client = topology.vms.flatMap((vm) => vm.processes).find(({ name }) => name === 'client1');
    const document = documentOf('node1', topology);
    const peers = document.vms[0]?.processes.find(({ name }) => name === 'server1')?.allowedPeers;
    expect(peers).toEqual(['-2', '200', String(client?.nr), 'ghost'].sort());
  });

  test('is undefined for a node that is not there, and without a system entry', () => {
    expect(project(topologyOf().topology, nodeDn('ghost'))).toBeUndefined();
    const { system: _system, ...rest } = topologyOf().topology;
    expect(project(rest, nodeDn('node1'))).toBeUndefined();
  });

  test('takes the DN however it is spelled', () => {
    expect(project(topologyOf().topology, nodeDn('NODE1').toUpperCase())).toEqual(documentOf('node1'));
  });

  test('names the losers that the node can meet', () => {
    const before = topologyOf().topology;
    const twin = node('node0', 1, {}, { createTimestamp: '19990101000000Z' });
    const { topology, losers } = topologyOf([...Object.values(good), twin], before);
    const loser = { dn: nodeDn('node0'), attribute: 'drvsNodeId' };
    expect(project(topology, nodeDn('node1'), losers)?.losers).toEqual([loser]);
    expect(project(topology, nodeDn('node2'), losers)?.losers).toEqual([loser]);
    expect(project(topology, nodeDn('node3'), losers)?.losers).toEqual([]);
  });
});

describe('digest', () => {
  test('is the same whatever the order of entries and values, and differs for any other word', () => {
    const shuffled = edit(good.orders!, { drvsSpansNode: [nodeDn('NODE2'), nodeDn('node1')] });
    const other = topologyOf([...Object.values({ ...good, orders: shuffled })].reverse()).topology;
    expect(digest(documentOf('node1', other))).toBe(digest(documentOf('node1')));
    expect(digest(documentOf('node1'))).toMatch(/^[0-9a-f]{64}$/);
    expect(digest(documentOf('node1'))).not.toBe(digest(documentOf('node2')));
  });

  test('survives the wire', () => {
    const document = documentOf('node1');
    expect(digest(nodeDocumentSchema.parse(JSON.parse(JSON.stringify(document))))).toBe(digest(document));
  });

  test('a change of one node leaves the documents of unrelated nodes alone', () => {
    const topology = topologyOf(
      Object.values({ ...good, node1: edit(good.node1!, { drvsAddress: '10.77.0.99' }) }),
    ).topology;
    expect(digest(documentOf('node3', topology))).toBe(digest(documentOf('node3')));
    expect(digest(documentOf('node2', topology))).not.toBe(digest(documentOf('node2')));
  });
});

describe('compareDocuments', () => {
  test('finds nothing between equals', () => {
    expect(compareDocuments(documentOf('node1'), documentOf('node1'))).toEqual([]);
  });

  test('names the fields that differ, in words people know', () => {
    const changed = {
      ...good,
      server1: edit(good.server1!, { drvsExec: '/bin/other' }),
      node1: edit(good.node1!, { drvsAdminState: 'cordoned', drvsAdminReason: 'disk' }),
      client1: undefined,
    };
    const entries = Object.values(changed).filter((item) => item !== undefined);
    const differences = compareDocuments(documentOf('node1'), documentOf('node1', topologyOf(entries).topology));
    expect(differences.map(({ path }) => path)).toEqual([
      'node.adminReason',
      'node.adminState',
      'vms[orders].processes[client1]',
      'vms[orders].processes[server1].exec',
    ]);
    expect(differences[3]).toMatchObject({ left: ['/usr/bin/m3ipc', 'serve'], right: ['/bin/other'] });
    expect(differences[2]).toMatchObject({ right: undefined });
  });
});
