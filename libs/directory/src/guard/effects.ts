// SPDX-License-Identifier: Apache-2.0
// What ends between two topologies, and which objects' changes end it.
import { isDeepStrictEqual } from 'node:util';
import type { DesiredNode, DesiredProcess, DesiredVm } from '@drvs/contracts';
import type { Effect, GuardInput } from './types.js';
import type { Placement, Running, World } from './world.js';

/** An effect with the objects, by entryUUID, that it belongs to. Which of them changed is found by comparing them. */
export interface Ending {
  readonly effect: Effect;
  readonly objects: readonly string[];
}

/** What a running process was started with: any other value makes another process of it. */
const STARTED_WITH = ['exec', 'user', 'environment', 'credentials', 'workingDirectory', 'restart'] as const;

function pick<T extends object, K extends keyof T>(object: T, keys: readonly K[]): unknown[] {
  return keys.map((key) => object[key]);
}

/** True when the process that runs for `before` has to end to make `after` true. */
function isReplaced(before: Running, after: Running): boolean {
  if (before.node.nodeId !== after.node.nodeId) return true;
  if (!before.process.exec && !after.process.exec) return false;
  return !isDeepStrictEqual(pick(before.process, STARTED_WITH), pick(after.process, STARTED_WITH));
}

function processEnding({ process, vm, node }: Running, key: string, since: number): Ending {
  const label = `${vm.name}/${process.name} on ${node.name}`;
  return { effect: { kind: 'process', key, label, since }, objects: [process.uuid, vm.uuid, node.uuid] };
}

function placementEnding({ vm, node }: Placement, key: string, since: number): Ending {
  const label = `${vm.name} on ${node.name}`;
  return { effect: { kind: 'placement', key, label, since }, objects: [vm.uuid, node.uuid] };
}

function nodeEnding(node: DesiredNode, key: string, since: number): Ending {
  return { effect: { kind: 'node', key, label: node.name, since }, objects: [node.uuid] };
}

export function endingsBetween(before: World, after: World, input: Pick<GuardInput, 'bound' | 'since'>): Ending[] {
  const endings: Ending[] = [];
  for (const [key, running] of before.process) {
    const since = input.bound.get(key);
    const next = after.process.get(key);
    if (since !== undefined && (next === undefined || isReplaced(running, next))) {
      endings.push(processEnding(running, key, since));
    }
  }
  for (const [key, placement] of before.placement) {
    if (!after.placement.has(key)) endings.push(placementEnding(placement, key, input.since.get(key) ?? 0));
  }
  for (const [key, node] of before.node) {
    if (!after.node.has(key)) endings.push(nodeEnding(node, key, input.since.get(key) ?? 0));
  }
  return endings;
}

type Held = DesiredNode | DesiredVm | DesiredProcess;

/** Members of each kind that decide what runs. */
const DECISIVE: readonly string[] = [
  ...['dn', 'nodeId', 'adminState', 'vmId', 'spans', 'procs', 'tasks', 'nr', 'onNode'],
  ...STARTED_WITH,
];

/** True when two versions of an object differ in something that may end what runs. */
export function differsDecisively(before: Held, after: Held): boolean {
  const [left, right] = [before, after] as unknown as [Record<string, unknown>, Record<string, unknown>];
  // The DN of a VM or a process decides nothing: renaming a VM ends none of its processes. Spans and onNode name nodes by DN.
  const keys = 'nodeId' in before ? DECISIVE : DECISIVE.filter((key) => key !== 'dn');
  return keys.some((key) => !isDeepStrictEqual(left[key], right[key]));
}
