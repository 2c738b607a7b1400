// SPDX-License-Identifier: Apache-2.0
import type { VmView } from '@drvs/contracts';
import type { Listing } from '../client/client.js';
import { stateTone, type Tone } from '../output/paint.js';
import { facts, section, stack, table, type Column, type Layout } from '../output/table.js';
import { drawProcesses } from './processes.js';
import type { View } from './view.js';

/** More nodes than this do not fit beside each other: the nodes of each VM are listed instead. */
const MAX_NODE_COLUMNS = 8;

/** VMs across the given nodes: in each crossing the state there and how many of its processes are bound. */
export function drawVms(vms: readonly VmView[], nodes: readonly string[], layout: Layout): string {
  const rows = [...vms].sort((a, b) => a.vmId - b.vmId);
  const perNode = nodes.length <= MAX_NODE_COLUMNS ? nodes.map(crossing) : [spanList];
  return table([...columns, ...perNode, note], rows, layout);
}

const columns: readonly Column<VmView>[] = [
  { title: 'VM', cell: (row) => row.name },
  { title: 'ID', align: 'right', cell: (row) => String(row.vmId) },
  { title: 'STATE', cell: (row) => row.state, tone: (row) => stateTone(row.state) },
  { title: 'BOUND', align: 'right', cell: (row) => bound(row.processes) },
];

const spanList: Column<VmView> = { title: 'NODES', cell: (row) => row.spans.join(' ') };

const note: Column<VmView> = {
  title: 'NOTE',
  cell: (row) =>
    [
      row.adminState === 'stopped' ? 'stopped on purpose' : '',
      row.held ? 'held' : '',
      row.invalid ? 'record invalid, last valid one in force' : '',
    ]
      .filter((text) => text !== '')
      .join('; '),
};

function crossing(node: string): Column<VmView> {
  const there = (vm: VmView) => vm.nodes.find((entry) => entry.node === node);
  return {
    title: node,
    cell: (vm) => {
      const entry = there(vm);
      if (entry === undefined) return vm.spans.includes(node) ? '?' : '·';
      const doubt = entry.stale && entry.state !== 'unknown' ? '?' : '';
      return `${entry.state}${doubt} ${bound(vm.processes.filter((process) => process.node === node))}`;
    },
    tone: (vm): Tone | undefined => {
      const entry = there(vm);
      if (entry === undefined) return 'dim';
      return entry.stale ? 'warn' : stateTone(entry.state);
    },
  };
}

/** `2/3`: two of three bound, as far as is known. */
function bound(processes: VmView['processes']): string {
  return `${String(processes.filter((process) => process.state === 'bound').length)}/${String(processes.length)}`;
}

export const vmsView: View<Listing<VmView>> = {
  read: (client) => client.vms(),
  draw: (listing, layout) => {
    const nodes = new Set(listing.items.flatMap((vm) => [...vm.spans, ...vm.nodes.map((entry) => entry.node)]));
    return listing.items.length === 0 ? 'No VMs.' : drawVms(listing.items, [...nodes].sort(), layout);
  },
};

/** One VM with its nodes and processes. */
export function vmView(name: string): View<VmView> {
  return { read: (client) => client.vm(name), draw: drawVm };
}

function drawVm(vm: VmView, layout: Layout): string {
  const nodeColumns: readonly Column<VmView['nodes'][number]>[] = [
    { title: 'NODE', cell: (row) => row.node },
    { title: 'STATE', cell: (row) => row.state, tone: (row) => (row.stale ? 'warn' : stateTone(row.state)) },
    { title: 'NOTE', cell: (row) => (row.stale && row.state !== 'unknown' ? 'last known' : '') },
  ];
  return stack(
    facts(
      [
        ['VM', vm.name],
        ['vmid', String(vm.vmId)],
        ['dn', vm.dn],
        ['state', vm.state, stateTone(vm.state)],
        ['admin state', vm.adminState],
        ['bound', bound(vm.processes)],
        ['note', note.cell(vm), 'warn'],
      ],
      layout,
    ),
    section('Nodes', table(nodeColumns, vm.nodes, layout), layout),
    section('Processes', vm.processes.length === 0 ? 'none' : drawProcesses(vm.processes, layout), layout),
  );
}
