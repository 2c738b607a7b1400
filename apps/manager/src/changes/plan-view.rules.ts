// SPDX-License-Identifier: Apache-2.0
// What a change set would do, as people and programs read it, and the name of exactly that.
import type { ChangeFaultView, PlanView, Topology } from '@drvs/contracts';
import { canonicalDigest, compareDocuments, project } from '@drvs/directory';
import type { ChangeOutlook, WriteOperation } from '@drvs/directory';
import { diffObjects, flatten } from '../follower/objects.rules.js';

export interface PlanInput {
  readonly revision: string;
  /** As they were given, without the numbers that VMs are given when it is written. */
  readonly operations: readonly WriteOperation[];
  /** Line of each operation. */
  readonly lines: readonly (number | null)[];
  /** What could not even be read. */
  readonly unread: readonly ChangeFaultView[];
  /** In force now. */
  readonly present: Topology;
  readonly outlook: ChangeOutlook;
}

type Ends = PlanView['ends'];

function endingProcesses(present: Topology, { effects }: ChangeOutlook): Ends {
  const keys = new Set(effects.filter(({ kind }) => kind === 'process').map(({ key }) => key));
  const names = new Map(present.nodes.map(({ dn, name }) => [dn, name]));
  return present.vms.flatMap(({ name: vm, vmId, processes }) =>
    processes
      .filter(({ nr }) => keys.has(`${vmId}/${nr}`))
      .map(({ name, nr, onNode }) => ({ vm, name, nr, node: names.get(onNode) ?? onNode })),
  );
}

/** Fields of each node's document that would change; a node that comes or goes is one field, its whole document. */
function changedNodes(present: Topology, next: Topology): PlanView['nodes'] {
  const dns = [...new Set([...present.nodes, ...next.nodes].map(({ dn }) => dn))];
  const nameOf = new Map([...present.nodes, ...next.nodes].map(({ dn, name }) => [dn, name]));
  return dns.flatMap((dn) => {
    const [before, after] = [project(present, dn), project(next, dn)];
    const node = nameOf.get(dn) ?? dn;
    if (before === undefined || after === undefined) return before === after ? [] : [{ node, fields: ['(whole)'] }];
    const fields = compareDocuments(before, after).map(({ path }) => path);
    return fields.length === 0 ? [] : [{ node, fields }];
  });
}

export function planView(input: PlanInput): PlanView {
  const { revision, operations, lines, unread, present, outlook } = input;
  const faults: ChangeFaultView[] = [
    ...unread,
    ...outlook.faults.map(({ index, ...rest }) => ({ index, line: lines[index] ?? null, ...rest })),
  ];
  const objects = diffObjects(flatten(present, []), flatten(outlook.next, []), []).map(({ op, before, after }) => ({
    kind: (after ?? before)?.kind ?? 'system',
    op,
    dn: (after ?? before)?.desired.dn ?? '',
  }));
  const count = (kind: string): number => outlook.effects.filter((effect) => effect.kind === kind).length;
  const effects = {
    processesEnded: count('process'),
    placementsRemoved: count('placement'),
    nodesRemoved: count('node'),
  };
  return {
    id: planId(operations, outlook),
    revision,
    operations: operations.length,
    faults,
    problems: [...outlook.problems],
    objects,
    nodes: changedNodes(present, outlook.next),
    effects,
    ends: endingProcesses(present, outlook),
    destructive: outlook.effects.length > 0,
  };
}

/**
 * SHA-256 over the operations, whatever passwords they set, and what they would end and fail at now. Canonical: the
 * journal keeps operations as jsonb, which has an order of members of its own.
 */
function planId(operations: readonly WriteOperation[], { effects, faults, problems }: ChangeOutlook): string {
  return canonicalDigest({
    operations: operations.map(withoutPasswords),
    effects: effects.map(({ kind, key }) => [kind, key]),
    faults: faults.map(({ index, code }) => [index, code]),
    problems: problems.map(({ dn, code }) => [dn, code]),
  });
}

/** Hashes of passwords are salted: the same change set would have another name each time. */
function withoutPasswords(operation: WriteOperation): unknown {
  const isPassword = (name: string): boolean => name.toLowerCase() === 'userpassword';
  if (operation.op === 'modify') {
    return {
      ...operation,
      changes: operation.changes.map((change) => (isPassword(change.attribute) ? { ...change, values: [] } : change)),
    };
  }
  if (operation.op !== 'add') return operation;
  const { attributes } = operation;
  const shown = Object.entries(attributes).map(([name, values]) => [name, isPassword(name) ? [] : values] as const);
  return { ...operation, attributes: Object.fromEntries(shown) };
}
