// SPDX-License-Identifier: Apache-2.0
// An agent's report as rows. Keys are unique in the result whatever the agent listed: Postgres refuses a statement that
// would touch one row twice, and with it the reports of every other node of the batch.
import type { ApiEvent, NodeStatus, ObjectResult } from '@drvs/contracts';

/** What is to be written of one node; absent parts stay as they are in the database. */
export interface NodeReport {
  readonly system: string;
  readonly nodeUuid: string;
  liveness: 'connected' | 'unknown';
  /** Milliseconds since 1970. */
  lastSeen: number;
  machineId?: string;
  bootId?: string;
  agentVersion?: string;
  applied?: AppliedReport;
  status?: NodeStatus;
  events: Omit<ApiEvent, 'id'>[];
}

export interface AppliedReport {
  readonly revision: string;
  readonly digest: string;
  readonly inSync: boolean;
  readonly results: readonly ObjectResult[];
}

interface NodeKey {
  readonly system: string;
  readonly node_uuid: string;
}

/** Rows of one batch of reports, ready for `jsonb_to_recordset`. */
export interface StatusRows {
  readonly nodes: readonly (NodeKey & Record<string, unknown>)[];
  /** Nodes whose VMs, processes and conditions are replaced by the rows below. */
  readonly reported: readonly NodeKey[];
  readonly vms: readonly (NodeKey & { vm_id: number; status: unknown })[];
  readonly processes: readonly (NodeKey & { vm_id: number; nr: number; status: unknown })[];
  readonly conditions: readonly Record<string, unknown>[];
}

/** The rows of several reports, in one order of keys, so that two replicas never wait for each other in a circle. */
export function statusRows(reports: Iterable<NodeReport>): StatusRows {
  const sorted = [...reports].sort((a, b) => compare(a.system, b.system) || compare(a.nodeUuid, b.nodeUuid));
  const withStatus = sorted.flatMap((report) =>
    report.status === undefined ? [] : [{ report, status: report.status }],
  );
  return {
    nodes: sorted.map(nodeRow),
    reported: withStatus.map(({ report }) => keyOf(report)),
    vms: withStatus.flatMap(({ report, status }) => vmRows(report, status)),
    processes: withStatus.flatMap(({ report, status }) => processRows(report, status)),
    conditions: withStatus.flatMap(({ report, status }) => conditionRows(report, status)),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const keyOf = ({ system, nodeUuid }: NodeReport): NodeKey => ({ system, node_uuid: nodeUuid });

function nodeRow(report: NodeReport): NodeKey & Record<string, unknown> {
  const { status, applied } = report;
  return {
    ...keyOf(report),
    liveness: report.liveness,
    last_seen: new Date(report.lastSeen).toISOString(),
    machine_id: report.machineId,
    boot_id: report.bootId,
    agent_version: report.agentVersion,
    applied_revision: applied?.revision,
    applied_digest: applied?.digest,
    applied_in_sync: applied?.inSync,
    results: applied?.results.filter(({ result }) => result !== 'in-sync'),
    status: status && { ...status, vms: undefined, processes: undefined, conditions: undefined },
  };
}

function vmRows(report: NodeReport, status: NodeStatus): StatusRows['vms'] {
  const byId = new Map(status.vms.map((vm) => [vm.vmId, vm]));
  return [...byId.values()].map((vm) => ({ ...keyOf(report), vm_id: vm.vmId, status: vm }));
}

function processRows(report: NodeReport, status: NodeStatus): StatusRows['processes'] {
  const byNumber = new Map(status.processes.map((process) => [`${process.vmId}/${process.nr}`, process]));
  return [...byNumber.values()].map((process) => ({
    ...keyOf(report),
    vm_id: process.vmId,
    nr: process.nr,
    status: process,
  }));
}

function conditionRows(report: NodeReport, status: NodeStatus): StatusRows['conditions'] {
  const byType = new Map(status.conditions.map((condition) => [condition.type, condition]));
  return [...byType.values()].map((condition) => ({
    system: report.system,
    object: `node:${report.nodeUuid}`,
    type: condition.type,
    status: condition.status,
    reason: condition.reason,
    message: condition.message,
  }));
}
