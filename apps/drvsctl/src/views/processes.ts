// SPDX-License-Identifier: Apache-2.0
import type { ProcessView } from '@drvs/contracts';
import type { Listing, ProcessFilter } from '../client/client.js';
import { stateTone } from '../output/paint.js';
import { table, type Column, type Layout } from '../output/table.js';
import type { View } from './view.js';

const columns: readonly Column<ProcessView>[] = [
  { title: 'VM', cell: (row) => row.vm },
  { title: 'PROCESS', cell: (row) => row.name },
  { title: 'NR', align: 'right', cell: (row) => String(row.nr) },
  { title: 'ENDPOINT', align: 'right', cell: (row) => orDash(row.endpoint) },
  { title: 'NODE', cell: (row) => row.node },
  { title: 'PID', align: 'right', cell: (row) => orDash(row.pid) },
  { title: 'STATE', cell: (row) => processState(row), tone: (row) => (row.stale ? 'warn' : stateTone(row.state)) },
  { title: 'KIND', cell: (row) => row.kind },
  { title: 'ACTIVITY', cell: (row) => row.activity ?? '-' },
  { title: 'SENT', align: 'right', cell: (row) => String(row.messagesSent) },
  { title: 'NOTE', cell: (row) => processNote(row) },
];

/** Processes with their endpoint, node, pid and state, by VM and number. */
export function drawProcesses(processes: readonly ProcessView[], layout: Layout): string {
  const rows = [...processes].sort((a, b) => a.vmId - b.vmId || a.nr - b.nr || a.node.localeCompare(b.node));
  return table(columns, rows, layout);
}

export function processesView(filter: ProcessFilter): View<Listing<ProcessView>> {
  return {
    read: (client) => client.processes(filter),
    draw: (listing, layout) => (listing.items.length === 0 ? 'No processes.' : drawProcesses(listing.items, layout)),
  };
}

/** The state, marked `?` when it is only the last one known. */
export function processState(process: Pick<ProcessView, 'state' | 'stale'>): string {
  return process.stale ? `${process.state}?` : process.state;
}

function processNote(process: ProcessView): string {
  const notes = [
    process.held ? 'held' : '',
    process.invalid ? 'record invalid, last valid one in force' : '',
    process.desired || process.held ? '' : 'not in the directory',
    process.stale ? 'last known' : '',
    process.message ?? '',
  ];
  return notes.filter((note) => note !== '').join('; ');
}

function orDash(value: number | null): string {
  return value === null ? '-' : String(value);
}
