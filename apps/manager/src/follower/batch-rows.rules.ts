// SPDX-License-Identifier: Apache-2.0
// A batch as rows for `jsonb_to_recordset`.
import type { DesiredObject } from '../topology/desired.store.js';
import type { BatchPlan } from './batch-plan.js';

/** Objects to insert or update, by kind. */
export function desiredRows(plan: BatchPlan): Record<DesiredObject['kind'], object[]> {
  const rows: Record<DesiredObject['kind'], object[]> = { system: [], node: [], vm: [], process: [] };
  for (const { after } of plan.changes) if (after !== undefined) rows[after.kind].push(desiredRow(after));
  return rows;
}

function desiredRow(object: DesiredObject): object {
  const { uuid, dn, csn, invalid } = object.desired;
  const common = { uuid, dn, csn, invalid, held: object.held, desired: object.desired, name: nameOf(object) };
  if (object.kind === 'node') return { ...common, node_id: object.desired.nodeId };
  if (object.kind === 'vm') return { ...common, vm_id: object.desired.vmId };
  if (object.kind === 'process') return { ...common, vm_uuid: object.vmUuid, nr: object.desired.nr };
  return common;
}

function nameOf(object: DesiredObject): string {
  return object.kind === 'system' ? object.desired.systemId : object.desired.name;
}

/** One row of history per change. */
export function historyRows(plan: BatchPlan): object[] {
  const entries = new Map(plan.entryChanges.map(({ uuid, after }) => [uuid, after]));
  return plan.changes.map(({ op, uuid, before, after }) => {
    const object = after ?? before;
    const entry = object && entries.get(object.desired.uuid);
    return {
      kind: object?.kind,
      op,
      uuid,
      dn: object?.desired.dn,
      before: before?.desired,
      after: after?.desired,
      csn: entry?.csn,
      author: entry?.modifiersName,
    };
  });
}
