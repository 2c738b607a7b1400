// SPDX-License-Identifier: Apache-2.0
import type { Problem } from '@drvs/contracts';
import type { WriteOperation } from '../client/types.js';
import type { Entry } from '../entry.js';
import { endingsBetween } from '../guard/effects.js';
import { worldOf } from '../guard/world.js';
import { parse } from '../parse/parse.js';
import { DraftDirectory } from './draft-directory.js';
import { inverse } from './inverse.js';
import type { ChangeFault, ChangeInput, ChangeOutlook, ChangedEntry } from './types.js';

const keyOf = ({ dn, attribute, code, message }: Problem): string => [dn, attribute ?? '', code, message].join('\0');

interface Rehearsal {
  readonly draft: DraftDirectory;
  readonly faults: readonly ChangeFault[];
  readonly touched: ReadonlySet<string>;
  readonly inverses: readonly (WriteOperation | undefined)[];
  readonly csns: readonly (string | undefined)[];
}

function rehearse({ baseDn, operations, now }: ChangeInput, present: readonly Entry[]): Rehearsal {
  const draft = new DraftDirectory(baseDn, present, now);
  const faults: ChangeFault[] = [];
  const touched = new Set<string>();
  const csns: (string | undefined)[] = [];
  const inverses = operations.map((operation, index) => {
    const before = draft.find(operation.dn);
    csns.push(before !== undefined && !touched.has(before.uuid) ? before.csn : undefined);
    const fault = draft.apply(operation, index);
    if (fault !== undefined) {
      faults.push(fault);
      return undefined;
    }
    if (before !== undefined) touched.add(before.uuid);
    return inverse(operation, before);
  });
  return { draft, faults, touched, inverses, csns };
}

function changedEntries(present: readonly Entry[], draft: DraftDirectory): ChangedEntry[] {
  const left = new Map([...draft.entries()].map((entry) => [entry.uuid, entry]));
  const changed = present.flatMap((before): ChangedEntry[] => {
    const after = left.get(before.uuid);
    left.delete(before.uuid);
    return after === before ? [] : [{ before, after }];
  });
  return [...changed, ...[...left.values()].map((after) => ({ before: undefined, after }))];
}

/**
 * What a change set would do, without doing it: the same parsing and the same counting of effects as when the follower
 * meets the changes in the directory. Pure.
 */
export function foresee(input: ChangeInput): ChangeOutlook {
  const { baseDn, previous, bound } = input;
  const present = [...input.entries];
  const { draft, faults, touched, inverses, csns } = rehearse(input, present);
  const parsed = parse(draft.entries(), previous, { baseDn });
  const known = new Set(parse(present, previous, { baseDn }).problems.map(keyOf));
  const [before, after] = [worldOf(previous ?? { nodes: [], vms: [] }), worldOf(parsed.topology)];
  const endings = endingsBetween(before, after, { bound, since: new Map() });
  const taken = touched.has(previous?.system?.uuid ?? '') ? endings.flatMap(({ objects }) => objects) : [];
  return {
    faults,
    problems: parsed.problems.filter((problem) => !known.has(keyOf(problem))),
    next: parsed.topology,
    effects: endings.map(({ effect }) => effect),
    touched: [...new Set([...touched, ...taken])],
    inverses,
    csns,
    changed: changedEntries(present, draft),
  };
}
