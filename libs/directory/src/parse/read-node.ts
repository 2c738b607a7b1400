// SPDX-License-Identifier: Apache-2.0
import { isIP } from 'node:net';
import { type DesiredNode, NODE_ADMIN_STATES, nodeName } from '@drvs/contracts';
import { rdnValue } from '../dn.js';
import { type EntryReader } from './draft.js';
import { compact, originOf } from './origin.js';

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*$/;
const LABEL_KEY = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;
const MACHINE_ID = /^[0-9a-f]{32}$/;
const BEARER = /^eth:[A-Za-z0-9_.@-]{1,15}$/;

/** Keys of drvsLabel, on nodes and VMs alike. */
export function readLabels(reader: EntryReader): Record<string, string> {
  return reader.pairs('drvsLabel', LABEL_KEY, 'LabelInvalid');
}

/** A reason is mandatory unless the object is in its ordinary state. */
export function readAdminReason(reader: EntryReader, ordinary: boolean): string | undefined {
  const reason = reader.optional('drvsAdminReason')?.trim();
  if (!ordinary && !reason) reader.add('AdminReasonMissing', 'drvsAdminReason', 'it has no value');
  return reason === '' ? undefined : reason;
}

function isAddress(value: string): boolean {
  return isIP(value) !== 0 || HOST_NAME.test(value);
}

function isBearer(value: string): boolean {
  const udp = /^udp:(?:\[([^\]]+)\]|([^:]+))(?::([0-9]{1,5}))?$/.exec(value);
  if (udp === null) return BEARER.test(value);
  return isIP(udp[1] ?? udp[2] ?? '') !== 0 && Number(udp[3] ?? 0) <= 65_535;
}

function readName(reader: EntryReader): string {
  const name = rdnValue(reader.entry.dn, 'cn') ?? reader.all('cn')[0];
  if (name === undefined) reader.add('AttributeMissing', 'cn', 'it has no value');
  else if (!nodeName.safeParse(name).success || !HOST_NAME.test(name)) {
    reader.add('NameInvalid', 'cn', `"${name}" is not a host name`);
  }
  return name ?? '';
}

function readNodeId(reader: EntryReader, maxNodes: number): number | undefined {
  if (reader.has('drvsNodeId')) return reader.integer('drvsNodeId', [0, maxNodes - 1], 'NodeIdInvalid');
  if (reader.optional('drvsNodeIdAuto')?.toUpperCase() === 'TRUE') {
    reader.add('NodeIdPending', 'drvsNodeIdAuto', 'no number is assigned yet');
  } else {
    reader.add('NodeIdMissing', 'drvsNodeId', 'it has no value');
  }
  return undefined;
}

/** A node entry, undefined when it is unusable. Its number is not yet checked against other nodes. */
export function readNode(reader: EntryReader, maxNodes: number): DesiredNode | undefined {
  const adminState = reader.word('drvsAdminState', NODE_ADMIN_STATES, 'active', 'AdminStateInvalid');
  const machineId = reader.matching('drvsMachineId', MACHINE_ID, 'MachineIdInvalid');
  const node = {
    ...originOf(reader.entry),
    name: readName(reader),
    nodeId: readNodeId(reader, maxNodes) ?? -1,
    machineId,
    addresses: reader.passing('drvsAddress', isAddress, 'AddressInvalid'),
    bearers: reader.passing('drvsBearer', isBearer, 'BearerInvalid'),
    adminState,
    adminReason: readAdminReason(reader, adminState === 'active'),
    labels: readLabels(reader),
  };
  return reader.usable() ? compact(node) : undefined;
}
