// SPDX-License-Identifier: Apache-2.0
// LDIF (RFC 2849): what a file says, and what is wrong with it.
import type { WriteOperation } from '../client/types.js';

const text = (rule: string, remedy: string): { rule: string; remedy: string } => ({ rule, remedy });

/** One stable code per way in which LDIF text can be unusable. docs/reference/problems.md lists them too. */
export const LDIF_CODES = {
  VersionUnknown: text('LDIF has version 1 (RFC 2849).', 'Write `version: 1`, or leave the line out.'),
  LineUnreadable: text(
    'A line is `name: value`, `name:: base64`, a comment, a continuation that begins with one space, or empty.',
    'Correct the line; a record ends with an empty line.',
  ),
  ContinuationStray: text(
    'A line that begins with a space continues the line before it.',
    'Remove the space, or the empty line before.',
  ),
  NameInvalid: text(
    'An attribute is named by letters, digits and -, or by an OID, with options after `;`.',
    'Correct the name.',
  ),
  Base64Invalid: text('What follows `::` is base64.', 'Encode the value again, for instance by base64 -w0.'),
  ValueNotUtf8: text('A DN, and a value written plainly, is UTF-8 text.', 'Write it in base64, after `::`.'),
  UrlRefused: text(
    'Values are in the file itself: `:<` would read another file or host.',
    'Put the value here, in base64 after `::`.',
  ),
  DnMissing: text('A record begins with `dn:`.', 'Begin the record with the DN of its entry.'),
  DnInvalid: text('A DN is a list of name=value, separated by commas (RFC 4514).', 'Correct the DN.'),
  ControlRefused: text(
    'Records carry no controls here: changes are guarded by the manager.',
    'Remove the `control:` line.',
  ),
  ChangeTypeUnknown: text('changetype is add, modify, delete, modrdn or moddn.', 'Use one of the five.'),
  RecordEmpty: text('A record says something about its entry.', 'Add its attributes or changes, or remove it.'),
  RecordExcess: text('A delete record ends after its changetype.', 'Remove the lines that follow it.'),
  ModifyInvalid: text(
    'A modification is `add: name`, `delete: name` or `replace: name`, lines of that name, and `-`.',
    'Correct the modification.',
  ),
  RenameInvalid: text(
    'A rename is `newrdn:`, `deleteoldrdn: 1` and perhaps `newsuperior:`, in this order.',
    'Correct the lines of the rename.',
  ),
  OldRdnKept: text('DRVS names have one value: a rename deletes the old one.', 'Write `deleteoldrdn: 1`.'),
} as const;
export type LdifCode = keyof typeof LDIF_CODES;

export interface LdifProblem {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly code: LdifCode;
  /** What is wrong, and the rule. */
  readonly message: string;
  readonly remedy: string;
}

export interface LdifRecord {
  /** Line of the file on which the record begins, from 1. */
  readonly line: number;
  /** `content`: the entry as it is; `change`: a changetype is given. A content record's operation is its addition. */
  readonly form: 'content' | 'change';
  readonly operation: WriteOperation;
}

export interface LdifFile {
  /** The records that can be used, in the file's order. */
  readonly records: readonly LdifRecord[];
  /** At most one per record, in the file's order. Empty: all of the file is in `records`. */
  readonly problems: readonly LdifProblem[];
}
