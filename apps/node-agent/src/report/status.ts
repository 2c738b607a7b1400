// SPDX-License-Identifier: Apache-2.0
// A turn as the NodeStatus of the link: what the kernel and systemd say, with the desired names beside.
import type {
  ActualProcess,
  ActualVm,
  Condition,
  NodeStatus,
  ObjectResult,
  ProcessState,
  Standing,
} from '@drvs/contracts';
import type { Turn } from '../apply/runner.js';
import type { ActualUnit, BoundProcess } from '../actual/actual.js';
import type { InForce } from '../desired/desired-state.js';
import { processObject, vmObject } from '../plan/step.js';
import type { Finding } from '../plan/rule.js';
import { unitName } from '../plan/unit-spec.js';

type Results = ReadonlyMap<string, ObjectResult>;
type Findings = ReadonlyMap<string, Finding>;

const STANDING = { 'in-sync': 'InSync', progressing: 'Progressing', failed: 'Failed' } as const;

/** How an object stands, and the code of why. */
function standingOf(object: string, results: Results, findings: Findings): { standing?: Standing; reason?: string } {
  const result = results.get(object);
  const code = findings.get(object)?.code;
  if (!result || code === undefined) return {};
  if (result.result === 'in-sync') return { standing: code === 'Unmanaged' ? 'Unmanaged' : 'InSync', reason: code };
  return { standing: STANDING[result.result], reason: result.code ?? code };
}

function messageOf(results: Results, object: string): { message?: string } {
  const message = results.get(object)?.message;
  return message ? { message } : {};
}

function vmStatuses(turn: Turn<InForce>, results: Results, findings: Findings): ActualVm[] {
  const found = new Map(turn.actual.vms.map((vm) => [vm.settings.vmId, vm]));
  const wanted = new Map(turn.desired.document.vms.map((vm) => [vm.vmId, vm]));
  const ids = [...new Set([...found.keys(), ...wanted.keys()])].sort((a, b) => a - b);
  return ids.map((vmId) => {
    const vm = found.get(vmId);
    const object = vmObject(vmId);
    const failed = results.get(object)?.result === 'failed';
    return {
      vmId,
      name: vm?.settings.name ?? wanted.get(vmId)?.name ?? '',
      state: vm ? 'up' : failed ? 'failed' : 'absent',
      managed: vm?.managed ?? true,
      ...messageOf(results, object),
      ...standingOf(object, results, findings),
    };
  });
}

/** Why a process that is not bound is not. */
function unboundState(unit: ActualUnit | undefined, result: ObjectResult | undefined, launched: boolean): ProcessState {
  if (unit?.state === 'stopping') return 'stopping';
  if (result?.result === 'failed') return 'failed';
  if (unit?.state === 'starting' || unit?.state === 'running') return 'starting';
  if (!launched) return result ? 'admitting' : 'absent';
  return result?.code === 'Starting' ? 'starting' : 'absent';
}

interface Place {
  readonly vmId: number;
  readonly nr: number;
  readonly name: string | undefined;
  readonly launched: boolean;
  readonly bound: BoundProcess | undefined;
  readonly unit: ActualUnit | undefined;
}

/** What the kernel says of a bound process; zeros and nulls for one that is not. */
function bindingOf(bound: BoundProcess | undefined) {
  if (!bound) return { endpoint: null, pid: null, activity: null, messagesSent: 0, bytesCopied: 0 };
  const { endpoint, pid, activity, messagesSent, bytesCopied } = bound;
  return { endpoint, pid, activity, messagesSent, bytesCopied };
}

function processStatus(place: Place, results: Results, findings: Findings): ActualProcess {
  const { vmId, nr, bound, unit } = place;
  const object = processObject(vmId, nr);
  const boundState = unit?.state === 'stopping' ? 'stopping' : 'bound';
  return {
    vmId,
    nr,
    name: place.name ?? bound?.name ?? '',
    state: bound ? boundState : unboundState(unit, results.get(object), place.launched),
    unit: unit?.name ?? (place.launched ? unitName(vmId, nr) : null),
    ...bindingOf(bound),
    ...messageOf(results, object),
    ...standingOf(object, results, findings),
  };
}

function places(turn: Turn<InForce>): Place[] {
  const key = (vmId: number, nr: number): string => processObject(vmId, nr);
  const wanted = new Map(
    turn.desired.document.vms.flatMap((vm) =>
      vm.processes.map((process) => [key(vm.vmId, process.nr), process] as const),
    ),
  );
  const bound = new Map(
    turn.actual.vms.flatMap((vm) => vm.bound.map((process) => [key(vm.settings.vmId, process.nr), process] as const)),
  );
  const units = new Map(turn.actual.units.map((unit) => [key(unit.vmId, unit.nr), unit]));
  return [...new Set([...wanted.keys(), ...bound.keys(), ...units.keys()])].map((object) => {
    const [, vmId, nr] = object.split(':').map(Number) as [number, number, number];
    const process = wanted.get(object);
    const unit = units.get(object);
    const launched = process ? process.exec !== undefined : unit !== undefined;
    return { vmId, nr, name: process?.name, launched, bound: bound.get(object), unit };
  });
}

/** The whole status of the node after `turn`. */
export function nodeStatus(
  turn: Turn<InForce>,
  results: readonly ObjectResult[],
  conditions: readonly Condition[],
  kernel: string,
): NodeStatus {
  const byObject = new Map(results.map((result) => [result.object, result]));
  const findings = new Map(turn.plan.findings.map((finding) => [finding.object, finding]));
  const { module, drvs } = turn.actual;
  const processes = places(turn).map((place) => processStatus(place, byObject, findings));
  return {
    nodeId: drvs?.nodeId ?? null,
    nodeIdSource: drvs?.source ?? 'none',
    moduleLoaded: module.ready,
    moduleVersion: module.ready ? module.version : null,
    kernel,
    acting: turn.desired.acting,
    conditions: [...conditions],
    vms: vmStatuses(turn, byObject, findings),
    processes: processes.sort((a, b) => a.vmId - b.vmId || a.nr - b.nr),
  };
}
