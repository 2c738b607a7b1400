// SPDX-License-Identifier: Apache-2.0
import {
  COPY_POLICIES,
  DEFAULT_PROCS,
  DEFAULT_TASKS,
  type DesiredVm,
  MAX_VMID,
  MESSAGE_ABIS,
  OBJECT_NAME,
  PRIVILEGE_LEVELS,
  VM_ADMIN_STATES,
} from '@drvs/contracts';
import { normalizeDn, rdnValue } from '../dn.js';
import { ACCOUNT } from './accounts.js';
import { byBytes, type EntryReader, quote } from './draft.js';
import { compact, originOf } from './origin.js';
import { readAdminReason, readLabels } from './read-node.js';

/** Permission bits of a VM whose entry gives none: the kernel's own default. */
const DEFAULT_MODE = 0o750;

export interface VmLimits {
  readonly maxProcs: number;
  readonly maxTasks: number;
}

/** Name of a VM or a process: its cn, which is its RDN. */
export function readObjectName(reader: EntryReader): string {
  const name = rdnValue(reader.entry.dn, 'cn');
  if (name === undefined) reader.add('NameInvalid', 'cn', 'cn is not the RDN');
  else if (!OBJECT_NAME.test(name)) reader.add('NameInvalid', 'cn', `${quote(name)} does not match`);
  return name ?? '';
}

function readMode(reader: EntryReader): number {
  const text = reader.matching('drvsMode', /^0?[0-7]{3}$/, 'ModeInvalid');
  return text === undefined ? DEFAULT_MODE : Number.parseInt(text, 8);
}

function readSpans(reader: EntryReader): string[] {
  const good = reader.passing('drvsSpansNode', (value) => !!normalizeDn(value), 'SpanInvalid');
  return [...new Set(good.map((value) => normalizeDn(value) ?? value))].sort(byBytes);
}

/** A VM entry without its processes, undefined when it is unusable. Number and spans are not yet checked against others. */
export function readVm(reader: EntryReader, limits: VmLimits): DesiredVm | undefined {
  const vmId = reader.has('drvsVmId')
    ? reader.integer('drvsVmId', [0, MAX_VMID], 'VmIdInvalid')
    : (reader.required('drvsVmId'), undefined);
  const bounded = (name: string, fallback: number, min: number, max: number): number =>
    reader.integer(name, [min, max], 'VmLimitInvalid') ?? Math.min(fallback, max);
  const adminState = reader.word('drvsAdminState', VM_ADMIN_STATES, 'running', 'AdminStateInvalid');
  const vm = {
    ...originOf(reader.entry),
    name: readObjectName(reader),
    vmId: vmId ?? -1,
    spans: readSpans(reader),
    procs: bounded('drvsMaxProcs', DEFAULT_PROCS, 1, limits.maxProcs),
    tasks: bounded('drvsMaxTasks', DEFAULT_TASKS, 0, limits.maxTasks),
    owner: reader.matching('drvsOwner', ACCOUNT, 'OwnerInvalid'),
    group: reader.matching('drvsGroup', ACCOUNT, 'OwnerInvalid'),
    mode: readMode(reader),
    defaultLevel: reader.word('drvsDefaultLevel', PRIVILEGE_LEVELS, 'server', 'LevelInvalid'),
    copyPolicy: reader.word('drvsCopyPolicy', COPY_POLICIES, 'consent', 'CopyPolicyInvalid'),
    messageAbi: reader.word('drvsMessageAbi', MESSAGE_ABIS, 'native', 'MessageAbiInvalid'),
    adminState,
    adminReason: readAdminReason(reader, adminState === 'running'),
    labels: readLabels(reader),
    description: reader.all('description')[0],
    processes: [],
  };
  return reader.usable() ? compact(vm) : undefined;
}
