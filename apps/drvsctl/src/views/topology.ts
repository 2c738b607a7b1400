// SPDX-License-Identifier: Apache-2.0
import type { TopologyView } from '@drvs/contracts';
import { harmless } from '../output/paint.js';
import { section, stack, type Layout } from '../output/table.js';
import { following, followingTone } from './following.js';
import { drawNodes } from './nodes.js';
import { drawProcesses } from './processes.js';
import type { View } from './view.js';
import { drawVms } from './vms.js';

/** The whole picture: is the directory followed, the nodes, the VMs across them, the processes in them. */
export const topologyView: View<TopologyView> = {
  read: (client) => client.topology(),
  draw: (topology, layout) => {
    const nodes = [...topology.nodes].sort((a, b) => a.nodeId - b.nodeId).map((node) => node.name);
    const processes = topology.vms.flatMap((vm) => vm.processes);
    return stack(
      headline(topology, layout),
      section('Nodes', topology.nodes.length === 0 ? 'none' : drawNodes(topology.nodes, layout), layout),
      section('VMs', topology.vms.length === 0 ? 'none' : drawVms(topology.vms, nodes, layout), layout),
      section('Processes', processes.length === 0 ? 'none' : drawProcesses(processes, layout), layout),
    );
  },
};

function headline(topology: TopologyView, layout: Layout): string {
  const { follower } = topology;
  const first = `System ${topology.system}, revision ${topology.revision}`;
  const lines = [
    `${layout.paint(harmless(first), 'title')}, ${layout.paint(harmless(following(follower)), followingTone(follower))}`,
  ];
  if (follower.message !== null) lines.push(harmless(follower.message));
  if (topology.held > 0) {
    const count = `${String(topology.held)} change${topology.held === 1 ? ' is' : 's are'} held`;
    lines.push(layout.paint(`${count}: drvsctl held show`, 'bad'));
  }
  if (topology.problems > 0) {
    const count = `${String(topology.problems)} record${topology.problems === 1 ? ' has a problem' : 's have problems'}`;
    lines.push(layout.paint(`${count}: drvsctl problems`, 'warn'));
  }
  return lines.join('\n');
}
