// SPDX-License-Identifier: Apache-2.0
// The processes of one VM: numbers, nodes and the order they start in.
import type { DesiredProcess, DesiredVm } from '@drvs/contracts';
import type { Entry } from '../entry.js';
import type { Candidate } from './candidate.js';
import { circleMembers } from './cycles.js';
import { quote } from './draft.js';
import type { Previous } from './previous.js';
import { settleDispute } from './settle.js';
import type { Loser, LoserName } from './types.js';

export interface Placement {
  readonly vm: DesiredVm;
  /** Normalised DNs of all nodes in force. */
  readonly nodeDns: ReadonlySet<string>;
  readonly previous: Previous;
  readonly losers: readonly LoserName[];
}

type ProcessCandidate = Candidate<DesiredProcess>;

/** Puts the processes of a VM in force, as far as they fit it; returns who lost a number. */
export function placeProcesses(candidates: readonly ProcessCandidate[], placement: Placement): Loser[] {
  for (const candidate of candidates) candidate.require((process) => misfit(process, placement));
  const entryOf = new Map(candidates.map(({ entry }) => [entry.uuid, entry]));
  const losers = settleDispute({
    attribute: 'drvsProcNr',
    code: 'ProcNrDuplicate',
    candidates,
    numberOf: (process) => process.nr,
    heldBy: (uuid) => placement.previous.processes.of(entryOf.get(uuid) as Entry)?.nr,
    losers: placement.losers,
    describe: (process) => ({ vmId: placement.vm.vmId, nodes: [process.onNode] }),
  });
  breakCircles(candidates);
  dropUnfit(candidates, placement);
  dropDanglingAfter(candidates);
  return losers;
}

/** A process that went back to its last valid version must still fit: others may have taken its place meanwhile. */
function dropUnfit(candidates: readonly ProcessCandidate[], placement: Placement): void {
  const taken = new Map<number, string>();
  for (const candidate of candidates) {
    candidate.require((process) => {
      const holder = taken.get(process.nr);
      if (holder === undefined) return misfit(process, placement);
      return ['ProcNrDuplicate', 'drvsProcNr', `${process.nr} belongs to ${holder}`];
    });
    if (candidate.value) taken.set(candidate.value.nr, candidate.entry.dn);
  }
}

function misfit(process: DesiredProcess, { vm, nodeDns }: Placement) {
  const { nr, onNode } = process;
  if (nr < -vm.tasks || nr >= vm.procs) {
    const why = `${nr} is not from ${-vm.tasks} to ${vm.procs - 1}, the limits of VM ${vm.name}`;
    return ['ProcNrInvalid', 'drvsProcNr', why] as const;
  }
  if (!nodeDns.has(onNode)) return ['OnNodeDangling', 'drvsOnNode', `there is no valid node ${quote(onNode)}`] as const;
  if (!vm.spans.includes(onNode)) {
    return ['OnNodeNotSpanned', 'drvsOnNode', `VM ${vm.name} does not span ${quote(onNode)}`] as const;
  }
  return undefined;
}

function inForce(candidates: readonly ProcessCandidate[]): (readonly [ProcessCandidate, DesiredProcess])[] {
  return candidates.flatMap((candidate) => (candidate.value ? [[candidate, candidate.value] as const] : []));
}

function inCircle(candidates: readonly ProcessCandidate[]): (readonly [ProcessCandidate, DesiredProcess])[] {
  const alive = inForce(candidates);
  const members = circleMembers(new Map(alive.map(([, process]) => [process.name, process.after])));
  return alive.filter(([, process]) => members.has(process.name));
}

/**
 * Whoever closed a circle goes back to its last valid version. Should a circle remain (of last valid versions), its own
 * references are cut: nobody waits for ever.
 */
function breakCircles(candidates: readonly ProcessCandidate[]): void {
  for (const [candidate, process] of inCircle(candidates)) {
    candidate.note('AfterCycle', 'drvsAfter', `${process.after.map(quote).join(', ')} leads back to ${process.name}`);
    const unchanged = candidate.fallback && sameNames(candidate.fallback.after, process.after);
    if (!unchanged && candidate.fresh) candidate.retreat();
  }
  const rest = inCircle(candidates);
  const names = new Set(rest.map(([, process]) => process.name));
  for (const [candidate, process] of rest) {
    candidate.value = { ...process, after: process.after.filter((name) => !names.has(name)) };
  }
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name) => right.includes(name));
}

function dropDanglingAfter(candidates: readonly ProcessCandidate[]): void {
  const names = new Set(inForce(candidates).map(([, process]) => process.name));
  for (const [candidate, process] of inForce(candidates)) {
    const missing = process.after.filter((name) => !names.has(name));
    if (missing.length === 0) continue;
    for (const name of missing)
      candidate.note('AfterDangling', 'drvsAfter', `there is no valid process ${quote(name)}`);
    candidate.value = { ...process, after: process.after.filter((name) => names.has(name)) };
  }
}
