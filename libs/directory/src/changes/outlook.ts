// SPDX-License-Identifier: Apache-2.0
import type { Problem } from '@drvs/contracts';
import { endingsBetween } from '../guard/effects.js';
import { worldOf } from '../guard/world.js';
import { parse } from '../parse/parse.js';
import { DraftDirectory } from './draft-directory.js';
import type { ChangeFault, ChangeInput, ChangeOutlook } from './types.js';

const keyOf = ({ dn, attribute, code, message }: Problem): string => [dn, attribute ?? '', code, message].join('\0');

/**
 * What a change set would do, without doing it: the same parsing and the same counting of effects as when the follower
 * meets the changes in the directory. Pure.
 */
export function foresee(input: ChangeInput): ChangeOutlook {
  const { baseDn, previous, operations, now, bound } = input;
  const present = [...input.entries];
  const draft = new DraftDirectory(baseDn, present, now);
  const faults: ChangeFault[] = [];
  for (const [index, operation] of operations.entries()) {
    const fault = draft.apply(operation, index);
    if (fault !== undefined) faults.push(fault);
  }
  const parsed = parse(draft.entries(), previous, { baseDn });
  const known = new Set(parse(present, previous, { baseDn }).problems.map(keyOf));
  const [before, after] = [worldOf(previous ?? { nodes: [], vms: [] }), worldOf(parsed.topology)];
  const endings = endingsBetween(before, after, { bound, since: new Map() });
  return {
    faults,
    problems: parsed.problems.filter((problem) => !known.has(keyOf(problem))),
    next: parsed.topology,
    effects: endings.map(({ effect }) => effect),
    ending: [...new Set(endings.flatMap(({ objects }) => objects))],
  };
}
