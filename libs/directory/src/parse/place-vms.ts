// SPDX-License-Identifier: Apache-2.0
// VMs among each other and on their nodes: numbers, names, how many, and which spans lead somewhere.
import type { DesiredVm } from '@drvs/contracts';
import type { Entry } from '../entry.js';
import { Candidate } from './candidate.js';
import { quote } from './draft.js';
import type { SystemLimits } from './limits.js';
import type { Previous } from './previous.js';
import { readVm } from './read-vm.js';
import { settleDispute } from './settle.js';
import type { Loser, LoserName } from './types.js';

export type VmCandidate = Candidate<DesiredVm>;

export interface VmPlacement {
  readonly previous: Previous;
  readonly limits: SystemLimits;
  readonly losers: readonly LoserName[];
  /** Normalised DNs of all nodes in force. */
  readonly nodeDns: ReadonlySet<string>;
}

/** Puts VMs (without their processes) in force, as far as they fit; tells who lost a number. */
export function placeVms(
  entries: readonly Entry[],
  placement: VmPlacement,
): { candidates: VmCandidate[]; losers: Loser[] } {
  const { previous, limits } = placement;
  const candidates = entries.map((entry) => {
    const last = previous.vms.of(entry);
    return new Candidate<DesiredVm>(entry, (reader) => readVm(reader, limits), last && { ...last, processes: [] });
  });
  const entryOf = new Map(entries.map((entry) => [entry.uuid, entry]));
  const losers = settleDispute({
    attribute: 'drvsVmId',
    code: 'VmIdDuplicate',
    candidates,
    numberOf: (vm) => vm.vmId,
    heldBy: (uuid) => previous.vms.of(entryOf.get(uuid) as Entry)?.vmId,
    losers: placement.losers,
    describe: (vm) => ({ nodes: vm.spans }),
  });
  const bySeniority = [...candidates].sort((a, b) => seniority(a, previous).localeCompare(seniority(b, previous)));
  refuseRepeatedNames(bySeniority);
  refuseTooMany(bySeniority, limits.maxVms);
  for (const candidate of candidates) dropDanglingSpans(candidate, placement.nodeDns);
  return { candidates, losers };
}

/** Sorts VMs in force before new ones, older before younger. */
function seniority({ entry }: VmCandidate, previous: Previous): string {
  return `${previous.vms.of(entry) ? 0 : 1} ${entry.createTimestamp ?? ''} ${entry.uuid}`;
}

/**
 * Two VMs may have one name only below different containers, or while one keeps its last valid name. Who goes back to its
 * last valid version for that may find its number taken.
 */
function refuseRepeatedNames(candidates: readonly VmCandidate[]): void {
  const names = new Map<string, string>();
  const numbers = new Map<number, string>();
  for (const candidate of candidates) {
    candidate.require(({ name, vmId }) => {
      const namesake = names.get(name);
      if (namesake !== undefined) return ['VmNameDuplicate', 'cn', `${name} is the name of ${namesake}`];
      const holder = numbers.get(vmId);
      return holder === undefined ? undefined : ['VmIdDuplicate', 'drvsVmId', `${vmId} belongs to ${holder}`];
    });
    if (candidate.value === undefined) continue;
    names.set(candidate.value.name, candidate.entry.dn);
    numbers.set(candidate.value.vmId, candidate.entry.dn);
  }
}

function refuseTooMany(candidates: readonly VmCandidate[], maxVms: number): void {
  const alive = candidates.filter(({ value }) => value !== undefined);
  for (const candidate of alive.slice(maxVms)) {
    candidate.note('VmCountExceeded', undefined, `there are ${alive.length} VMs, drvsMaxVms is ${maxVms}`);
    candidate.value = undefined;
  }
}

function dropDanglingSpans(candidate: VmCandidate, nodeDns: ReadonlySet<string>): void {
  const vm = candidate.value;
  if (vm === undefined || vm.spans.every((dn) => nodeDns.has(dn))) return;
  for (const dn of vm.spans.filter((span) => !nodeDns.has(span))) {
    candidate.note('SpanDangling', 'drvsSpansNode', `there is no valid node ${quote(dn)}`);
  }
  candidate.value = { ...vm, spans: vm.spans.filter((dn) => nodeDns.has(dn)) };
}
