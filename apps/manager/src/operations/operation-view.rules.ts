// SPDX-License-Identifier: Apache-2.0
import type { OperationSpec, OperationView, TargetState } from '@drvs/contracts';

export interface OperationViewRow {
  readonly id: string;
  readonly actor: string;
  readonly spec: OperationSpec;
  readonly state: OperationView['state'];
  readonly message: string | null;
  readonly at: Date;
  readonly endedAt: Date | null;
}

export interface TargetViewRow {
  readonly operation: string;
  readonly node: string;
  readonly process: string | null;
  readonly state: TargetState;
  readonly message: string | null;
}

/** An operation as people see it. */
export function operationView(row: OperationViewRow, targets: readonly TargetViewRow[]): OperationView {
  const count = (...states: TargetState[]): number => targets.filter(({ state }) => states.includes(state)).length;
  return {
    id: row.id,
    kind: row.spec.kind,
    state: row.state,
    actor: row.actor,
    reason: row.spec.reason,
    at: row.at.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    message: row.message,
    progress: {
      total: targets.length,
      done: count('done'),
      failed: count('failed'),
      underWay: count('asked', 'accepted'),
    },
    targets: targets.map(({ node, process, state, message }) => ({ node, process, state, message })),
  };
}
