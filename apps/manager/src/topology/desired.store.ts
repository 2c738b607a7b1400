// SPDX-License-Identifier: Apache-2.0
// The desired projection in Postgres, read by every replica.
import { Injectable } from '@nestjs/common';
import type { DesiredNode, DesiredProcess, DesiredSystem, DesiredVm, Epoch } from '@drvs/contracts';
import type { Loser } from '@drvs/directory';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

/** A desired object without what hangs below it: a VM's processes are rows of their own. */
export type DesiredObject =
  | { readonly kind: 'system'; readonly held: boolean; readonly desired: DesiredSystem }
  | { readonly kind: 'node'; readonly held: boolean; readonly desired: DesiredNode }
  | { readonly kind: 'vm'; readonly held: boolean; readonly desired: Omit<DesiredVm, 'processes'> }
  | { readonly kind: 'process'; readonly held: boolean; readonly desired: DesiredProcess; readonly vmUuid: string };

/** What changed in Postgres between two revisions. */
export interface DesiredDelta {
  readonly epoch: Epoch;
  /** The revision this brings a reader to. */
  readonly revision: string;
  readonly objects: readonly DesiredObject[];
  /** entryUUIDs of objects no longer desired. */
  readonly gone: readonly string[];
  readonly losers: readonly Loser[];
}

interface ObjectRow {
  kind: DesiredObject['kind'];
  held: boolean;
  desired: never;
  vmUuid: string | null;
}

const OBJECTS_SINCE = `
  SELECT 'system' AS kind, held, desired, NULL::uuid AS "vmUuid" FROM drvs_system WHERE system = $1 AND revision > $2
  UNION ALL SELECT 'node', held, desired, NULL FROM node WHERE system = $1 AND revision > $2
  UNION ALL SELECT 'vm', held, desired, NULL FROM vm WHERE system = $1 AND revision > $2
  UNION ALL SELECT 'process', held, desired, vm_uuid FROM process WHERE system = $1 AND revision > $2`;

const GONE_SINCE = `
  SELECT DISTINCT uuid FROM history h WHERE system = $1 AND revision > $2
    AND NOT EXISTS (SELECT FROM drvs_system WHERE system = $1 AND uuid = h.uuid)
    AND NOT EXISTS (SELECT FROM node WHERE system = $1 AND uuid = h.uuid)
    AND NOT EXISTS (SELECT FROM vm WHERE system = $1 AND uuid = h.uuid)
    AND NOT EXISTS (SELECT FROM process WHERE system = $1 AND uuid = h.uuid)`;

@Injectable()
export class DesiredStore {
  constructor(private readonly database: Database) {}

  /**
   * Everything above a revision ('0': everything), read in one snapshot; undefined while nothing has ever been followed.
   */
  findSince(system: string, revision: string): Promise<DesiredDelta | undefined> {
    return this.database.manager.transaction('REPEATABLE READ', (manager) => readSince(manager, system, revision));
  }
}

/** {@link DesiredStore.findSince} inside a transaction of the caller. */
export async function readSince(
  manager: EntityManager,
  system: string,
  revision: string,
): Promise<DesiredDelta | undefined> {
  const epochs: { counter: number; uuid: string; revision: string }[] = await manager.query(
    'SELECT counter, uuid, revision FROM epoch WHERE system = $1',
    [system],
  );
  const [epoch] = epochs;
  if (epoch === undefined || epoch.revision === '0') return undefined;
  const objects: ObjectRow[] = await manager.query(OBJECTS_SINCE, [system, revision]);
  const gone: { uuid: string }[] = revision === '0' ? [] : await manager.query(GONE_SINCE, [system, revision]);
  const [state]: { losers: Loser[] }[] = await manager.query('SELECT losers FROM sync_state WHERE system = $1', [
    system,
  ]);
  return {
    epoch: { counter: epoch.counter, uuid: epoch.uuid },
    revision: epoch.revision,
    objects: objects.map(toObject),
    gone: gone.map((row) => row.uuid),
    losers: state?.losers ?? [],
  };
}

function toObject(row: ObjectRow): DesiredObject {
  const { kind, held, desired } = row;
  return kind === 'process' ? { kind, held, desired, vmUuid: row.vmUuid ?? '' } : { kind, held, desired };
}
