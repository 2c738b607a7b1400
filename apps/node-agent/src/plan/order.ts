// SPDX-License-Identifier: Apache-2.0
// drvsAfter: who starts after whom, and stops before whom, on this node and across nodes. What other nodes have bound is
// known from the manager only; without its word nobody waits for another node, so that a node comes up by itself.
import type { ProcessElsewhere } from '@drvs/contracts';
import type { ProcessSubject } from './process-subject.js';

function elsewhereOf({ desired, vmId }: ProcessSubject): readonly ProcessElsewhere[] {
  return (desired.elsewhere ?? []).filter((process) => process.vmId === vmId);
}

/** Names of processes of the same VM that have to be bound first and are not. */
export function missingBefore(subject: ProcessSubject): string[] {
  const { wanted, vm, desired } = subject;
  const bound = new Set((vm?.bound ?? []).map(({ nr }) => nr));
  const others = elsewhereOf(subject);
  return (wanted?.after ?? [])
    .filter(({ nr, nodeId }) => {
      if (nodeId === desired.document.node.nodeId) return !bound.has(nr);
      return others.some((other) => other.nr === nr && other.nodeId === nodeId && !other.bound);
    })
    .map(({ name }) => name);
}

/** Launched processes here that started after this one, and are to stop as it is. */
function dependentsHere({ vmDocument, vm, actual, nr, vmId }: ProcessSubject): string[] {
  const bound = new Set((vm?.bound ?? []).map((process) => process.nr));
  const units = new Set(actual.units.filter((unit) => unit.vmId === vmId).map((unit) => unit.nr));
  return (vmDocument?.processes ?? [])
    .filter(({ exec, after }) => exec !== undefined && after.some((before) => before.nr === nr))
    .filter((process) => units.has(process.nr) && (bound.has(process.nr) || isAlive(actual.units, vmId, process.nr)))
    .map(({ name }) => name);
}

function isAlive(units: ProcessSubject['actual']['units'], vmId: number, nr: number): boolean {
  return units.some((unit) => unit.vmId === vmId && unit.nr === nr && !['exited', 'failed'].includes(unit.state));
}

/** Launched processes on other nodes that started after this one; they stop only when the whole VM does. */
function dependentsElsewhere(subject: ProcessSubject): string[] {
  if (subject.wantedVm !== undefined || subject.vmDocument?.adminState !== 'stopped') return [];
  return elsewhereOf(subject)
    .filter(({ launched, bound, fresh, after }) => launched && bound && fresh && after.includes(subject.nr))
    .map(({ name }) => name);
}

/** Names of those that must be gone before this unwanted process stops: drvsAfter, the other way round. */
export function remainingAfter(subject: ProcessSubject): string[] {
  // One that was deleted alone takes nobody with it.
  const alone = subject.wanted === undefined && subject.wantedVm !== undefined;
  return alone ? [] : [...dependentsHere(subject), ...dependentsElsewhere(subject)];
}
