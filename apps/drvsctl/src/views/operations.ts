// SPDX-License-Identifier: Apache-2.0
import type { OperationView } from '@drvs/contracts';
import type { Listing } from '../client/client.js';
import { progressLine } from '../operation.js';
import { age } from '../output/age.js';
import { facts, section, stack, table, type Column, type Layout } from '../output/table.js';
import type { View } from './view.js';

const columns: readonly Column<OperationView>[] = [
  { title: 'ID', cell: (row) => row.id },
  { title: 'KIND', cell: (row) => row.kind },
  { title: 'STATE', cell: (row) => row.state, tone: (row) => toneOf(row.state) },
  { title: 'PROGRESS', cell: (row) => `${row.progress.done}/${row.progress.total}` },
  { title: 'BY', cell: (row) => row.actor },
  { title: 'REASON', cell: (row) => row.reason },
  { title: 'NOTE', cell: (row) => row.message ?? '' },
];

function toneOf(state: string): 'good' | 'warn' | 'bad' | undefined {
  if (state === 'failed') return 'bad';
  return state === 'done' ? 'good' : 'warn';
}

export function operationsView(most: number): View<Listing<OperationView>> {
  return {
    read: (client) => client.operations(most),
    draw: ({ items }, layout) => (items.length === 0 ? 'No operations.' : table(columns, items, layout)),
  };
}

/** One operation with its targets. */
export function operationView(id: string): View<OperationView> {
  return { read: (client) => client.operation(id), draw: drawOperation };
}

function drawOperation(view: OperationView, layout: Layout): string {
  const targets: readonly Column<OperationView['targets'][number]>[] = [
    { title: 'PROCESS', cell: (row) => row.process ?? '-' },
    { title: 'NODE', cell: (row) => row.node },
    { title: 'STATE', cell: (row) => row.state, tone: (row) => (row.state === 'failed' ? 'bad' : undefined) },
    { title: 'MESSAGE', cell: (row) => row.message ?? '' },
  ];
  return stack(
    facts(
      [
        ['operation', view.id],
        ['kind', view.kind],
        ['state', view.state, toneOf(view.state)],
        ['progress', progressLine(view)],
        ['by', view.actor],
        ['reason', view.reason],
        ['begun', `${age(view.at, layout.now)} ago (${view.at})`],
        ['ended', view.endedAt === null ? '-' : `${age(view.endedAt, layout.now)} ago (${view.endedAt})`],
      ],
      layout,
    ),
    section('Targets', table(targets, view.targets, layout), layout),
  );
}
