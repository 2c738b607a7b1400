// SPDX-License-Identifier: Apache-2.0
// What the follower knows, read back from Postgres when it starts: it goes on exactly where the last batch ended.
import { Injectable } from '@nestjs/common';
import type { Problem } from '@drvs/contracts';
import { restoreEntry } from '@drvs/directory';
import type { Entry, HeldChange, PastEffect, StoredEntry } from '@drvs/directory';
import type { EntityManager } from 'typeorm';
import { DesiredState } from '../topology/desired-state.js';
import { readSince } from '../topology/desired.store.js';
import { problemKey } from './batch-plan.js';
import type { FollowerMemory } from './batch-plan.js';
import { flatten } from './objects.rules.js';

/** The follower's starting point. */
export interface StoredMemory {
  readonly memory: FollowerMemory;
  readonly entries: readonly Entry[];
  /** Covers exactly {@link entries}; undefined before the first batch. */
  readonly cookie: string | undefined;
}

@Injectable()
export class MemoryStore {
  async load(manager: EntityManager, system: string): Promise<StoredMemory> {
    const delta = await readSince(manager, system, '0');
    const state = delta && DesiredState.after(undefined, delta);
    const topology = state?.topology ?? { nodes: [], vms: [] };
    const held = await readHeld(manager, system);
    const problems = await readProblems(manager, system);
    const [sync]: { cookie: string | null }[] = await manager.query('SELECT cookie FROM sync_state WHERE system = $1', [
      system,
    ]);
    const entries: { entry: StoredEntry }[] = await manager.query('SELECT entry FROM entry WHERE system = $1', [
      system,
    ]);
    return {
      memory: {
        topology,
        objects: flatten(topology, held.changes),
        losers: state?.losers ?? [],
        problems: new Map(problems.map((problem) => [problemKey(problem), problem])),
        held: held.changes,
        heldHash: held.hash,
        recent: await readEffects(manager, system),
        firstSeen: await readFirstSeen(manager, system),
      },
      entries: entries.map(({ entry }) => restoreEntry(entry)),
      cookie: sync?.cookie ?? undefined,
    };
  }
}

async function readHeld(
  manager: EntityManager,
  system: string,
): Promise<{ changes: HeldChange[]; hash: string | undefined }> {
  const rows: { held: HeldChange; hash: string }[] = await manager.query(
    'SELECT held, hash FROM held_change WHERE system = $1',
    [system],
  );
  const changes = rows.map(({ held }) => held).sort((a, b) => (a.dn < b.dn ? -1 : 1));
  return { changes, hash: rows[0]?.hash };
}

async function readProblems(manager: EntityManager, system: string): Promise<Problem[]> {
  const rows: (Problem & { uuid: string | null })[] = await manager.query(
    `SELECT dn, uuid, attribute, code, message, remedy, last_valid_in_force AS "lastValidInForce"
     FROM problem WHERE system = $1`,
    [system],
  );
  return rows.map(({ uuid, attribute, ...rest }) => ({
    ...rest,
    ...(uuid === null ? {} : { uuid }),
    ...(attribute === '' ? {} : { attribute }),
  }));
}

async function readEffects(manager: EntityManager, system: string): Promise<PastEffect[]> {
  const rows: { effect: PastEffect }[] = await manager.query(
    'SELECT effect FROM guard_effect WHERE system = $1 ORDER BY id',
    [system],
  );
  return rows.map(({ effect }) => effect);
}

async function readFirstSeen(manager: EntityManager, system: string): Promise<Map<string, number>> {
  const rows: { key: string; since: Date }[] = await manager.query(
    'SELECT key, since FROM first_seen WHERE system = $1',
    [system],
  );
  return new Map(rows.map(({ key, since }) => [key, since.getTime()]));
}
