// SPDX-License-Identifier: Apache-2.0
// Which node entries wait for a number, and which number is free.
import type { Problem } from '@drvs/contracts';
import type { Entry } from '@drvs/directory';

/** A node entry that waits for a number; `wrong`: the one it was given is another node's. */
export interface WaitingNode {
  readonly uuid: string;
  readonly dn: string;
  readonly wrong: string | undefined;
}

/**
 * Entries that ask for an automatic number and have none, oldest first, and those whose number lost a conflict although we
 * chose it.
 *
 * @param given numbers chosen in this term, by entryUUID
 */
export function waitingNodes(
  problems: Iterable<Problem>,
  entryOf: (uuid: string) => Entry | undefined,
  given: ReadonlyMap<string, number>,
): WaitingNode[] {
  const waiting = [...problems].flatMap(({ uuid, code }): { node: WaitingNode; entry: Entry }[] => {
    const entry = uuid === undefined ? undefined : entryOf(uuid);
    if (uuid === undefined || entry === undefined) return [];
    const [value] = entry.attributes.get('drvsnodeid') ?? [];
    const pending = code === 'NodeIdPending' && !given.has(uuid);
    const lost = code === 'NodeIdDuplicate' && value === String(given.get(uuid));
    return pending || lost ? [{ node: { uuid, dn: entry.dn, wrong: lost ? value : undefined }, entry }] : [];
  });
  const age = ({ entry }: { entry: Entry }): string => `${entry.createTimestamp ?? ''} ${entry.uuid}`;
  return waiting.sort((a, b) => (age(a) < age(b) ? -1 : 1)).map(({ node }) => node);
}

/** Every number that some node entry claims, usable or not. */
export function claimedNumbers(entries: Iterable<Entry>): Set<number> {
  const values = [...entries].flatMap(({ attributes }) => attributes.get('drvsnodeid') ?? []);
  return new Set(values.map(Number));
}

/**
 * The lowest number below `most` that nobody has and that nobody had lately; where every free one was used lately, the
 * lowest free one; undefined where none is free.
 */
export function freeNumber(
  claimed: ReadonlySet<number>,
  recent: ReadonlySet<number>,
  most: number,
): number | undefined {
  const free = Array.from({ length: most }, (_, number) => number).filter((number) => !claimed.has(number));
  return free.find((number) => !recent.has(number)) ?? free[0];
}
