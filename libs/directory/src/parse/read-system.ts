// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_GUARD, type DesiredSystem, MAX_NODES, MAX_PROCS, MAX_TASKS, MAX_VMID } from '@drvs/contracts';
import type { EntryReader } from './draft.js';
import { compact, originOf } from './origin.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const PEM = /^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/;
/** The kernel module's own default and limit, in bytes. */
const MAX_COPY_BYTES = 4 * 1024 * 1024;

function isManagerUrl(value: string): boolean {
  return URL.canParse(value) && ['https:', 'http:'].includes(new URL(value).protocol);
}

function readSystemId(reader: EntryReader, previous: DesiredSystem | undefined): string | undefined {
  const id = reader.required('drvsSystemId')?.toLowerCase();
  if (id === undefined) return undefined;
  if (!UUID.test(id)) reader.add('SystemIdInvalid', 'drvsSystemId', 'it is not a UUID');
  else if (previous !== undefined && previous.systemId !== id) {
    reader.add('SystemIdInvalid', 'drvsSystemId', `it was ${previous.systemId} before`);
  }
  return id;
}

/** The system entry, undefined when it is unusable. */
export function readSystem(reader: EntryReader, previous: DesiredSystem | undefined): DesiredSystem | undefined {
  const limit = (name: string, range: readonly [number, number], fallback: number): number =>
    reader.integer(name, range, 'SystemLimitInvalid') ?? fallback;
  const systemId = readSystemId(reader, previous);
  const system = {
    ...originOf(reader.entry),
    systemId: systemId ?? '',
    maxNodes: limit('drvsMaxNodes', [1, MAX_NODES], MAX_NODES),
    maxVms: limit('drvsMaxVms', [1, MAX_VMID + 1], MAX_VMID + 1),
    maxProcs: limit('drvsMaxProcs', [1, MAX_PROCS], MAX_PROCS),
    maxTasks: limit('drvsMaxTasks', [0, MAX_TASKS], MAX_TASKS),
    maxCopyBytes: limit('drvsMaxCopyBytes', [1, MAX_COPY_BYTES], MAX_COPY_BYTES),
    managerUrls: reader.passing('drvsManagerUrl', isManagerUrl, 'ManagerUrlInvalid'),
    managerCas: reader.passing('drvsManagerCa', (value) => PEM.test(value), 'ManagerCaInvalid'),
    guard: {
      windowSeconds: limit('drvsGuardWindow', [1, 86_400], DEFAULT_GUARD.windowSeconds),
      maxCount: limit('drvsGuardMaxCount', [0, 1_000_000], DEFAULT_GUARD.maxCount),
      maxPercent: limit('drvsGuardMaxPercent', [0, 100], DEFAULT_GUARD.maxPercent),
    },
    description: reader.all('description')[0],
  };
  return reader.usable() ? compact(system) : undefined;
}
