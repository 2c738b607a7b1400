// SPDX-License-Identifier: Apache-2.0
import type { Condition, NodeView } from '@drvs/contracts';
import type { Listing } from '../client/client.js';
import { age } from '../output/age.js';
import { stateTone } from '../output/paint.js';
import { facts, section, stack, table, type Column, type Layout } from '../output/table.js';
import type { View } from './view.js';

const columns: readonly Column<NodeView>[] = [
  { title: 'NODE', cell: (row) => row.name },
  { title: 'ID', align: 'right', cell: (row) => String(row.nodeId) },
  { title: 'STATE', cell: (row) => row.state, tone: (row) => stateTone(row.state) },
  { title: 'ADMIN', cell: (row) => row.adminState },
  { title: 'SEEN', align: 'right', cell: (row) => row.lastSeen ?? '-' },
  { title: 'APPLIED', align: 'right', cell: (row) => row.appliedRevision ?? '-' },
  { title: 'ACTS ON', cell: (row) => row.acting },
  { title: 'KERNEL', cell: (row) => row.kernel ?? '-' },
  { title: 'NOTE', cell: (row) => nodeNote(row) },
];

/** Nodes with their state, by nodeid. */
export function drawNodes(nodes: readonly NodeView[], layout: Layout): string {
  const aged = columns.map((column) =>
    column.title === 'SEEN' ? { ...column, cell: (row: NodeView) => age(row.lastSeen, layout.now) } : column,
  );
  return table(
    aged,
    [...nodes].sort((a, b) => a.nodeId - b.nodeId),
    layout,
  );
}

export const nodesView: View<Listing<NodeView>> = {
  read: (client) => client.nodes(),
  draw: (listing, layout) => (listing.items.length === 0 ? 'No nodes.' : drawNodes(listing.items, layout)),
};

/** One node, with all that is known of it. */
export function nodeView(name: string): View<NodeView> {
  return { read: (client) => client.node(name), draw: drawNode };
}

function drawNode(node: NodeView, layout: Layout): string {
  return stack(
    facts(
      [
        ['node', node.name],
        ['nodeid', kernelNodeId(node)],
        ['dn', node.dn],
        ['state', node.state, stateTone(node.state)],
        ['admin state', node.adminState],
        ['in sync', node.inSync ? 'yes' : 'no'],
        ['revision', `wanted ${node.desiredRevision ?? '-'}, applied ${node.appliedRevision ?? '-'}`],
        ['last frame', node.lastSeen === null ? 'never' : `${age(node.lastSeen, layout.now)} ago (${node.lastSeen})`],
        ['acts on', node.acting],
        ['addresses', node.addresses.join(', ')],
        ['kernel', node.kernel],
        ['module', node.moduleVersion],
        ['agent', node.agentVersion],
        ['boot', node.bootId],
        ['note', nodeNote(node), 'warn'],
      ],
      layout,
    ),
    drawConditions(node.conditions, layout),
  );
}

function kernelNodeId(node: NodeView): string {
  if (node.kernelNodeId === null || node.kernelNodeId === node.nodeId) return String(node.nodeId);
  return `${String(node.nodeId)} wanted, ${String(node.kernelNodeId)} in the kernel (from ${node.nodeIdSource})`;
}

function drawConditions(conditions: readonly Condition[], layout: Layout): string {
  if (conditions.length === 0) return '';
  const conditionColumns: readonly Column<Condition>[] = [
    { title: 'CONDITION', cell: (row) => row.type },
    { title: 'STATUS', cell: (row) => row.status },
    { title: 'SINCE', align: 'right', cell: (row) => age(row.since, layout.now) },
    { title: 'REASON', cell: (row) => row.reason },
    { title: 'MESSAGE', cell: (row) => row.message },
  ];
  return section('Conditions', table(conditionColumns, conditions, layout), layout);
}

function nodeNote(node: NodeView): string {
  const notes = [
    node.held ? 'held' : '',
    node.invalid ? 'record invalid, last valid one in force' : '',
    ...node.conditions.filter((condition) => condition.status === 'true').map((condition) => condition.type),
  ];
  return notes.filter((note) => note !== '').join('; ');
}
