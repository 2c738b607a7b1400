// SPDX-License-Identifier: Apache-2.0
import type { DesiredNode, DesiredProcess, DesiredSystem, DesiredVm, Problem, Topology } from '@drvs/contracts';
import { normalizeDn } from '../dn.js';
import type { Entry } from '../entry.js';
import { Candidate } from './candidate.js';
import { classify, isSystem, type Sorted } from './classify.js';
import { PROBLEM_CODES, type ProblemCode } from './codes.js';
import { byBytes } from './draft.js';
import { placeProcesses } from './place-processes.js';
import { placeVms, type VmCandidate } from './place-vms.js';
import { indexPrevious, type Previous } from './previous.js';
import { readNode } from './read-node.js';
import { readProcess } from './read-process.js';
import { readSystem } from './read-system.js';
import { settleDispute } from './settle.js';
import { DEFAULT_LIMITS, type SystemLimits } from './limits.js';
import type { Loser, LoserName, ParseOptions, Parsed } from './types.js';

interface Run {
  readonly base: string;
  readonly sorted: Sorted;
  readonly previous: Previous;
  readonly limits: SystemLimits;
  readonly named: readonly LoserName[];
  readonly problems: Problem[];
  readonly losers: Loser[];
}

/**
 * Turns directory entries into the desired topology. Pure and total: whatever the entries hold, each gives a valid object
 * or a problem, and one bad entry stops only itself.
 *
 * @param entries what the directory holds, in any order
 * @param previous what was in force before: source of last valid versions and of who held a number first
 */
export function parse(entries: Iterable<Entry>, previous: Topology | undefined, options: ParseOptions): Parsed {
  const list = [...entries];
  const base = normalizeDn(options.baseDn) ?? options.baseDn;
  const problems: Problem[] = [];
  const index = indexPrevious(previous, list);
  const sorted = classify(list, base);
  const system = parseSystem(sorted, base, index, problems);
  const named = (options.losers ?? []).map((loser) => ({ ...loser, dn: normalizeDn(loser.dn) ?? loser.dn }));
  const limits = system ?? DEFAULT_LIMITS;
  const run: Run = { base, sorted, previous: index, limits, named, problems, losers: [] };
  const nodes = parseNodes(run);
  const vms = parseVms(run, nodes);
  for (const { entry, why } of sorted.misplaced) problems.push(problemOf(entry, 'EntryMisplaced', why));
  return {
    topology: { ...(system && { system }), nodes, vms },
    problems: problems.sort(byPlace),
    losers: run.losers.sort((a, b) => byBytes(a.dn, b.dn) || byBytes(a.attribute, b.attribute)),
  };
}

function byPlace(left: Problem, right: Problem): number {
  const key = (problem: Problem): string =>
    [problem.dn, problem.attribute ?? '', problem.code, problem.message].join('\0');
  return byBytes(key(left), key(right));
}

function problemOf({ dn, uuid }: Entry, code: ProblemCode, detail: string): Problem {
  const { rule, remedy } = PROBLEM_CODES[code];
  return { dn, uuid, code, message: `${detail}. ${rule}`, remedy, lastValidInForce: false };
}

function parseSystem(sorted: Sorted, base: string, previous: Previous, problems: Problem[]): DesiredSystem | undefined {
  const entry = sorted.base;
  if (entry === undefined) {
    const { rule, remedy } = PROBLEM_CODES.SystemMissing;
    const message = `There is no entry ${base}, or it may not be read. ${rule}`;
    problems.push({ dn: base, code: 'SystemMissing', message, remedy, lastValidInForce: false });
    return undefined;
  }
  const before = previous.system;
  const candidate = new Candidate(
    entry,
    (reader) => {
      if (!isSystem(entry)) reader.add('SystemMissing', 'objectClass', 'it lacks drvsSystem');
      return readSystem(reader, before);
    },
    before,
  );
  problems.push(...candidate.problems());
  return candidate.value;
}

function parseNodes(run: Run): DesiredNode[] {
  const { previous, limits } = run;
  const candidates = run.sorted.nodes.map(
    (entry) => new Candidate(entry, (reader) => readNode(reader, limits.maxNodes), previous.nodes.of(entry)),
  );
  for (const candidate of candidates) {
    candidate.require(({ nodeId }) =>
      nodeId < limits.maxNodes
        ? undefined
        : ['NodeIdInvalid', 'drvsNodeId', `${nodeId} is not below drvsMaxNodes, ${limits.maxNodes}`],
    );
  }
  const entryOf = new Map(run.sorted.nodes.map((entry) => [entry.uuid, entry]));
  const losers = settleDispute({
    attribute: 'drvsNodeId',
    code: 'NodeIdDuplicate',
    candidates,
    numberOf: (node) => node.nodeId,
    heldBy: (uuid) => previous.nodes.of(entryOf.get(uuid) as Entry)?.nodeId,
    losers: run.named,
    describe: (node) => ({ nodes: [node.dn] }),
  });
  run.losers.push(...losers);
  run.problems.push(...candidates.flatMap((candidate) => candidate.problems()));
  return candidates.flatMap(({ value }) => (value ? [value] : [])).sort((a, b) => a.nodeId - b.nodeId);
}

function parseVms(run: Run, nodes: readonly DesiredNode[]): DesiredVm[] {
  const nodeDns = new Set(nodes.map(({ dn }) => dn));
  const { candidates, losers } = placeVms(run.sorted.vms, {
    previous: run.previous,
    limits: run.limits,
    losers: run.named,
    nodeDns,
  });
  run.losers.push(...losers);
  run.problems.push(...candidates.flatMap((candidate) => candidate.problems()));
  return candidates
    .flatMap((candidate) => parseProcesses(run, candidate, nodeDns))
    .sort((left, right) => left.vmId - right.vmId);
}

/** The VM with its processes; nothing, and a problem on each process, where the VM is not in force. */
function parseProcesses(run: Run, { entry, value: vm }: VmCandidate, nodeDns: ReadonlySet<string>): DesiredVm[] {
  const entries = run.sorted.processes.get(entry.uuid) ?? [];
  if (vm === undefined) {
    const why = `VM ${entry.dn} has a problem of its own`;
    run.problems.push(...entries.map((process) => problemOf(process, 'ProcessVmUnusable', why)));
    return [];
  }
  const before = run.previous.vms.of(entry);
  const candidates = entries.map((process) => {
    const last = run.previous.processes.of(process);
    // A last valid version serves only in the VM it was valid in.
    const serves = last !== undefined && before?.processes.some(({ uuid }) => uuid === last.uuid);
    return new Candidate<DesiredProcess>(process, readProcess, serves ? last : undefined);
  });
  run.losers.push(...placeProcesses(candidates, { vm, nodeDns, previous: run.previous, losers: run.named }));
  run.problems.push(...candidates.flatMap((candidate) => candidate.problems()));
  const processes = candidates.flatMap(({ value }) => (value ? [value] : [])).sort((a, b) => a.nr - b.nr);
  return [{ ...vm, processes }];
}
