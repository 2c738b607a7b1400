// SPDX-License-Identifier: Apache-2.0
// Change sets: what would become of the directory, and why an operation of one cannot be.
import type { Problem, Topology } from '@drvs/contracts';
import type { WriteOperation } from '../client/types.js';
import type { Entry } from '../entry.js';
import type { Effect } from '../guard/types.js';

const text = (rule: string, remedy: string): { rule: string; remedy: string } => ({ rule, remedy });

/** Why an operation cannot be carried out on the entries before it: one stable code per rule. */
export const CHANGE_CODES = {
  OutsideBase: text('A change set writes below the system entry, or the entry itself.', 'Correct the DN.'),
  EntryExists: text('A DN names one entry.', 'Modify the entry there is, or choose another name.'),
  EntryAbsent: text('The entry to change is there.', 'Correct the DN, or add the entry first.'),
  ParentAbsent: text('The entry above is there.', 'Add the entry above first.'),
  EntryNotEmpty: text('An entry with others below it stays.', 'Delete the entries below it first.'),
  ValueExists: text('A value is added once.', 'Leave the value out.'),
  ValueAbsent: text('The value to delete is there.', 'Look at the entry, and correct the value.'),
  NameFixed: text('The value that names an entry changes by a rename.', 'Rename the entry (changetype: modrdn).'),
  LastClass: text('An entry has an object class.', 'Delete the entry, or leave it a class.'),
} as const;
export type ChangeCode = keyof typeof CHANGE_CODES;

export interface ChangeFault {
  /** Place of the operation in the change set, from 0. */
  readonly index: number;
  readonly dn: string;
  readonly code: ChangeCode;
  /** What is wrong, and the rule. */
  readonly message: string;
  readonly remedy: string;
}

export interface ChangeInput {
  /** DN of the system entry. */
  readonly baseDn: string;
  /** What the directory holds now, in any order. */
  readonly entries: Iterable<Entry>;
  /** What is in force now; undefined: nothing is. */
  readonly previous: Topology | undefined;
  readonly operations: readonly WriteOperation[];
  /** ms since 1970; new entries are of this age. */
  readonly now: number;
  /** Processes known to be bound, by effect key `<vmId>/<nr>`, with since when. */
  readonly bound: ReadonlyMap<string, number>;
}

/** An entry that a change set changes; undefined: not there. */
export interface ChangedEntry {
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

export interface ChangeOutlook {
  /** Operations that cannot be carried out; the rest is judged without them. Not empty: the set is not to be written. */
  readonly faults: readonly ChangeFault[];
  /** Problems that the change set would bring. Those there are already are not its concern. */
  readonly problems: readonly Problem[];
  /** What would be desired. New objects have a made-up entryUUID. */
  readonly next: Topology;
  /** What would end: bound processes, placements, nodes. */
  readonly effects: readonly Effect[];
  /**
   * entryUUIDs whose change ends them: the entries that operations touch, and the VMs that a change of the system entry
   * takes along. The guard lets their effects pass when somebody has agreed to them.
   */
  readonly touched: readonly string[];
  /** What takes each operation back, in the order of the operations; undefined where a fault keeps it from happening. */
  readonly inverses: readonly (WriteOperation | undefined)[];
  /** entryCSN of the entry each operation finds in the directory; undefined for additions, and where the set made or changed it before. */
  readonly csns: readonly (string | undefined)[];
  /** Entries that are others afterwards, by what they are and by what they would be. */
  readonly changed: readonly ChangedEntry[];
}
