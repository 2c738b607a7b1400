// SPDX-License-Identifier: Apache-2.0
// The systemd unit of a launched process: its name, its command and everything it is started with.
import { createHash } from 'node:crypto';
import type { ProcessDocument, RestartPolicy, VmDocument } from '@drvs/contracts';
import { credentialPath } from './bounds.js';

/** Binds itself to (vm, nr) and then becomes the command. */
export const BIND_AND_EXEC = '/usr/bin/m3ipc';

export interface UnitSpec {
  readonly name: string;
  readonly slice: string;
  readonly description: string;
  /** Absolute path and arguments, never expanded by anyone. */
  readonly command: readonly string[];
  readonly user: string;
  readonly environment: readonly string[];
  readonly credentials: readonly { readonly id: string; readonly path: string }[];
  readonly workingDirectory: string | null;
  readonly restart: RestartPolicy;
  /** Tells two specs apart; travels in the unit's description, so it is found again after an agent restart. */
  readonly fingerprint: string;
}

const UNIT_NAME = /^drvs-(\d{1,5})-([pt])(\d{1,5})\.service$/;
const FINGERPRINT = / \[spec ([0-9a-f]{16})\]$/;

/** Pattern of all our units, for systemd's ListUnitsByPatterns. */
export const UNIT_PATTERN = 'drvs-*-*.service';

/** Numbers, because `-` nests slices, and names collide and change: `drvs-100-p3.service`, task -2 is `t2`. */
export function unitName(vmId: number, nr: number): string {
  return `drvs-${vmId}-${nr < 0 ? `t${-nr}` : `p${nr}`}.service`;
}

/** The VM and process number a unit name stands for, undefined for names that are not ours. */
export function parseUnitName(name: string): { vmId: number; nr: number } | undefined {
  const match = UNIT_NAME.exec(name);
  if (!match) return undefined;
  const magnitude = Number(match[3]);
  const nr = match[2] === 't' ? -magnitude : magnitude;
  const vmId = Number(match[1]);
  return unitName(vmId, nr) === name ? { vmId, nr } : undefined;
}

/** The fingerprint in a unit's description, null if it has none. */
export function parseFingerprint(description: string): string | null {
  return FINGERPRINT.exec(description)?.[1] ?? null;
}

function parseCredential(entry: string): { id: string; path: string } {
  return { id: entry.slice(0, entry.indexOf(':')), path: credentialPath(entry) };
}

/** Builds the unit of a launched process. `user` is the account it runs as. */
export function unitSpec(vm: VmDocument, process: ProcessDocument, exec: readonly string[], user: string): UnitSpec {
  const body = {
    name: unitName(vm.vmId, process.nr),
    slice: `drvs-${vm.vmId}.slice`,
    command: [BIND_AND_EXEC, 'exec', '--vm', String(vm.vmId), '--nr', String(process.nr), '--', ...exec],
    user,
    environment: process.environment,
    credentials: process.credentials.map(parseCredential),
    workingDirectory: process.workingDirectory ?? null,
    restart: process.restart,
  };
  const fingerprint = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16);
  return { ...body, description: `${vm.name}/${process.name} [spec ${fingerprint}]`, fingerprint };
}
