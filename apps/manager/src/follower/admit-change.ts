// SPDX-License-Identifier: Apache-2.0
// Whether a change set may be written now. Pure: the caller stores the answer.
import type { PlanView, Topology } from '@drvs/contracts';
import { foresee } from '@drvs/directory';
import type { Entry } from '@drvs/directory';
import type { BegunChange, ChangeRefusal, OpenChange } from '../changes/change.store.js';
import { changedValues } from '../changes/changed-values.rules.js';
import { numberVms } from '../changes/number-vms.rules.js';
import { planView } from '../changes/plan-view.rules.js';

export interface AdmissionInput {
  readonly baseDn: string;
  readonly revision: string;
  readonly entries: readonly Entry[];
  /** In force. */
  readonly topology: Topology;
  readonly bound: ReadonlyMap<string, number>;
  /** vmids that were in use within the last day. */
  readonly recentVmIds: ReadonlySet<number>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Admission =
  ({ readonly kind: 'admitted' } & BegunChange) | { readonly kind: 'refused'; readonly refusal: ChangeRefusal };

export function admitChange(change: OpenChange, input: AdmissionInput): Admission {
  const { baseDn, entries, topology, bound, now, revision } = input;
  const { operations, numbered } = numberVms(change.operations, entries, input.recentVmIds);
  const outlook = foresee({ baseDn, entries, previous: topology, operations, now, bound });
  const lines = operations.map(() => null);
  const plan = planView({ revision, operations: change.operations, lines, unread: [], present: topology, outlook });
  const refusal = refuse(change, plan);
  if (refusal !== undefined) return { kind: 'refused', refusal };
  return {
    kind: 'admitted',
    operations,
    numbered,
    csns: outlook.csns.map((csn) => csn ?? null),
    inverses: outlook.inverses.map((inverse) => inverse ?? null),
    released: outlook.touched,
    changed: changedValues(outlook.changed, operations),
  };
}

function refuse({ ifRevision, plan: agreed, force }: OpenChange, plan: PlanView): ChangeRefusal | undefined {
  if (ifRevision !== null && ifRevision !== plan.revision) {
    const message = `the revision is ${plan.revision}, not ${ifRevision} as the request says`;
    return { status: 412, code: 'RevisionChanged', message, remedy: 'Read again, and decide anew.' };
  }
  const [fault] = plan.faults;
  if (fault !== undefined) {
    const message = `operation ${(fault.index ?? 0) + 1}: ${fault.message}`;
    return { status: 422, code: fault.code, message, remedy: fault.remedy, plan };
  }
  const [problem] = plan.problems;
  if (problem !== undefined) {
    const message = `${problem.dn}: ${problem.message}`;
    return { status: 422, code: problem.code, message, remedy: problem.remedy, plan };
  }
  if (agreed !== null && agreed !== plan.id) {
    const message = 'the change set would no longer do what its plan says';
    return { status: 409, code: 'PlanStale', message, remedy: 'Look at `current`, and apply by its id.', plan };
  }
  if (!plan.destructive || agreed !== null || force) return undefined;
  const { processesEnded, placementsRemoved, nodesRemoved } = plan.effects;
  const message = `it would end ${processesEnded} bound processes and take away ${placementsRemoved} placements and ${nodesRemoved} nodes`;
  const remedy = 'Look at `current`, and apply by its id; or force it, with a reason.';
  return { status: 409, code: 'PlanNeeded', message, remedy, plan };
}
