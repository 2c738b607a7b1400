// SPDX-License-Identifier: Apache-2.0
// What one batch of directory changes means: parsed, judged by the guard, and compared with what is in force. Pure.
import { DEFAULT_GUARD } from '@drvs/contracts';
import type { Problem, Topology } from '@drvs/contracts';
import { judge, parse, storeEntry } from '@drvs/directory';
import type { Entry, EntryChange, HeldChange, Loser, PastEffect, StoredEntry, Verdict } from '@drvs/directory';
import { isDeepStrictEqual } from 'node:util';
import { storableText } from '../database/stored-json.js';
import type { DesiredObject } from '../topology/desired.store.js';
import { diffObjects, existenceKeys, flatten, touchedObjects } from './objects.rules.js';
import type { ObjectChange, ObjectMap } from './objects.rules.js';

/** What the follower knows between batches; all of it is in Postgres too. */
export interface FollowerMemory {
  /** In force: held objects included. */
  readonly topology: Topology;
  readonly objects: ObjectMap;
  readonly losers: readonly Loser[];
  readonly problems: ReadonlyMap<string, Problem>;
  readonly held: readonly HeldChange[];
  readonly heldHash: string | undefined;
  readonly recent: readonly PastEffect[];
  /** Milliseconds since 1970, by effect key. */
  readonly firstSeen: ReadonlyMap<string, number>;
}

/** A batch and the circumstances in which it is judged. */
export interface BatchInput {
  readonly baseDn: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** All entries as the batch leaves them. */
  readonly entries: Iterable<Entry>;
  /** What the batch did to them. */
  readonly changes: readonly EntryChange[];
  /** An entry and its ancestors before the batch. */
  readonly lineage: (uuid: string) => readonly Entry[];
  /** Processes known to be bound, by `<vmId>/<nr>`, since when. */
  readonly bound: ReadonlyMap<string, number>;
  /** Held changes that a person lets through. */
  readonly released?: ReadonlySet<string>;
}

/** Everything to be written, and what the follower knows afterwards. */
export interface BatchPlan {
  readonly memory: FollowerMemory;
  /** Empty: no new revision, unless {@link losersChanged}. */
  readonly changes: readonly ObjectChange[];
  readonly losersChanged: boolean;
  readonly touched: readonly DesiredObject[];
  readonly entryChanges: readonly EntryChange[];
  readonly verdict: Verdict;
  readonly newProblems: readonly Problem[];
  readonly goneProblems: readonly Problem[];
  readonly heldChanged: boolean;
  readonly seen: readonly string[];
  readonly unseen: readonly string[];
  /** modifiersName of the newest entry in the batch. */
  readonly author: string | null;
}

/** One problem per DN, attribute and code, as the database keeps them. */
export function problemKey(problem: Problem): string {
  return JSON.stringify([storableText(problem.dn), problem.attribute ?? '', problem.code]);
}

export function planBatch(memory: FollowerMemory, input: BatchInput): BatchPlan {
  const parsed = parse(input.entries, memory.topology, { baseDn: input.baseDn });
  const verdict = judge({
    now: input.now,
    limits: (memory.topology.system ?? parsed.topology.system)?.guard ?? DEFAULT_GUARD,
    previous: memory.topology,
    next: parsed.topology,
    bound: input.bound,
    since: memory.firstSeen,
    recent: memory.recent,
    held: memory.held,
    entriesOf: (uuid): StoredEntry[] => input.lineage(uuid).map(storeEntry),
    released: input.released,
  });
  const objects = flatten(verdict.effective, verdict.held);
  const problems = new Map(parsed.problems.map((problem) => [problemKey(problem), problem]));
  const keys = existenceKeys(verdict.effective);
  const firstSeen = new Map([...keys].map((key) => [key, memory.firstSeen.get(key) ?? input.now]));
  return {
    memory: {
      topology: verdict.effective,
      objects,
      losers: parsed.losers,
      problems,
      held: verdict.held,
      heldHash: verdict.hash,
      recent: keepWindow([...memory.recent, ...verdict.applied], verdict.effective, input.now),
      firstSeen,
    },
    changes: diffObjects(memory.objects, objects, verdict.adopted),
    losersChanged: !isDeepStrictEqual(memory.losers, parsed.losers),
    touched: touchedObjects(memory.objects, objects),
    entryChanges: input.changes,
    verdict,
    newProblems: [...problems].flatMap(([key, problem]) =>
      isDeepStrictEqual(memory.problems.get(key), problem) ? [] : [problem],
    ),
    goneProblems: [...memory.problems].flatMap(([key, problem]) => (problems.has(key) ? [] : [problem])),
    heldChanged: memory.heldHash !== verdict.hash,
    seen: [...keys].filter((key) => !memory.firstSeen.has(key)),
    unseen: [...memory.firstSeen.keys()].filter((key) => !keys.has(key)),
    author: newestAuthor(input.changes),
  };
}

function keepWindow(effects: readonly PastEffect[], topology: Topology, now: number): PastEffect[] {
  const { windowSeconds } = topology.system?.guard ?? DEFAULT_GUARD;
  return effects.filter(({ at }) => at > now - windowSeconds * 1000);
}

function newestAuthor(changes: readonly EntryChange[]): string | null {
  let newest: Entry | undefined;
  for (const { after } of changes) {
    if (after?.csn !== undefined && (newest?.csn === undefined || after.csn > newest.csn)) newest = after;
  }
  return newest?.modifiersName ?? null;
}
