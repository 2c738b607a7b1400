// SPDX-License-Identifier: Apache-2.0
// Reading LDIF (RFC 2849): content and change records, all of a file's mistakes at once.
import { isUtf8 } from 'node:buffer';
import type { Modification, WriteOperation } from '../client/types.js';
import { normalizeDn } from '../dn.js';
import { groupLines, LdifFault, type LdifLine, type LineGroup, readLine, textOf } from './lines.js';
import type { LdifFile, LdifProblem, LdifRecord } from './types.js';

/**
 * Reads LDIF. Total: a record that cannot be used gives one problem and the others are read.
 *
 * @param input a file's bytes, or text
 */
export function readLdif(input: Uint8Array | string): LdifFile {
  const bytes = typeof input === 'string' ? Buffer.from(input) : Buffer.from(input);
  const records: LdifRecord[] = [];
  const problems: LdifProblem[] = [];
  for (const [index, group] of groupLines(bytes).entries()) {
    try {
      const record = readGroup(group, index === 0);
      if (record !== undefined) records.push(record);
    } catch (error) {
      if (!(error instanceof LdifFault)) throw error;
      problems.push(error.toProblem());
    }
  }
  return { records, problems };
}

/** The lines of one record, taken from the front. */
class Lines {
  private next = 0;

  constructor(
    private readonly lines: readonly LdifLine[],
    readonly start: number,
  ) {}

  /** The next line, if it has this name. */
  take(name: string): LdifLine | undefined {
    const line = this.lines[this.next];
    if (line?.name.toLowerCase() !== name) return undefined;
    this.next += 1;
    return line;
  }

  rest(): readonly LdifLine[] {
    return this.lines.slice(this.next);
  }
}

function readGroup(group: LineGroup, first: boolean): LdifRecord | undefined {
  if (group.stray !== undefined) throw new LdifFault(group.stray, 'ContinuationStray', 'there is nothing to continue');
  const lines = new Lines(group.lines.map(readLine), group.line);
  const version = first ? lines.take('version') : undefined;
  if (version !== undefined && textOf(version).trim() !== '1') {
    throw new LdifFault(version.line, 'VersionUnknown', `version ${textOf(version)}`);
  }
  if (version !== undefined && lines.rest().length === 0) return undefined;
  const dn = readDn(lines);
  const control = lines.take('control');
  if (control !== undefined) throw new LdifFault(control.line, 'ControlRefused', `${dn} has a control`);
  const changeType = lines.take('changetype');
  const form = changeType === undefined ? 'content' : 'change';
  return { line: group.line, form, operation: readOperation(dn, changeType, lines) };
}

function readDn(lines: Lines): string {
  const line = lines.take('dn');
  const begins = lines.rest()[0]?.name ?? 'nothing';
  if (line === undefined) throw new LdifFault(lines.start, 'DnMissing', `the record begins with ${begins}`);
  return checkDn(line);
}

function checkDn(line: LdifLine): string {
  const dn = textOf(line).trim();
  if (normalizeDn(dn) === undefined) throw new LdifFault(line.line, 'DnInvalid', `"${dn}" is no DN`);
  return dn;
}

function readOperation(dn: string, changeType: LdifLine | undefined, lines: Lines): WriteOperation {
  const type = changeType === undefined ? 'add' : textOf(changeType).trim().toLowerCase();
  switch (type) {
    case 'add':
      return readAdd(dn, lines);
    case 'modify':
      return readModify(dn, lines);
    case 'delete':
      return readDelete(dn, lines);
    case 'modrdn':
    case 'moddn':
      return readRename(dn, lines);
    default:
      throw new LdifFault(changeType?.line ?? lines.start, 'ChangeTypeUnknown', `changetype ${type}`);
  }
}

type Values = Record<string, string[]>;

/** Text and, in base64, what is not text. */
function sortValue(name: string, value: Buffer, texts: Values, binary: Values): void {
  if (isUtf8(value)) (texts[name] ??= []).push(value.toString('utf8'));
  else (binary[name] ??= []).push(value.toString('base64'));
}

function readAdd(dn: string, lines: Lines): WriteOperation {
  const attributes: Values = Object.create(null) as Values;
  const binary: Values = Object.create(null) as Values;
  const rest = lines.rest();
  if (rest.length === 0) throw new LdifFault(lines.start, 'RecordEmpty', `${dn} has no attributes`);
  for (const { line, name, value } of rest) {
    if (name === '-') throw new LdifFault(line, 'LineUnreadable', '"-" separates modifications only');
    sortValue(name.toLowerCase(), value, attributes, binary);
  }
  return {
    op: 'add',
    dn,
    attributes: { ...attributes },
    ...(Object.keys(binary).length > 0 && { binary: { ...binary } }),
  };
}

function readDelete(dn: string, lines: Lines): WriteOperation {
  const [excess] = lines.rest();
  if (excess !== undefined)
    throw new LdifFault(excess.line, 'RecordExcess', `${excess.name} follows the delete of ${dn}`);
  return { op: 'delete', dn };
}

function readRename(dn: string, lines: Lines): WriteOperation {
  const bad = (line: number, detail: string): LdifFault => new LdifFault(line, 'RenameInvalid', detail);
  const newRdn = lines.take('newrdn');
  if (newRdn === undefined) throw bad(lines.start, `the rename of ${dn} has no newrdn`);
  const keep = lines.take('deleteoldrdn');
  if (keep === undefined) throw bad(lines.start, `the rename of ${dn} has no deleteoldrdn`);
  const answer = textOf(keep).trim();
  if (answer === '0') throw new LdifFault(keep.line, 'OldRdnKept', `the rename of ${dn} keeps the old name`);
  if (answer !== '1') throw bad(keep.line, `deleteoldrdn is ${answer}`);
  const newSuperior = lines.take('newsuperior');
  const [excess] = lines.rest();
  if (excess !== undefined) throw bad(excess.line, `${excess.name} follows the rename of ${dn}`);
  return {
    op: 'rename',
    dn,
    newRdn: checkDn(newRdn),
    ...(newSuperior !== undefined && { newSuperior: checkDn(newSuperior) }),
  };
}

function readModify(dn: string, lines: Lines): WriteOperation {
  const changes: Modification[] = [];
  let part: LdifLine[] = [];
  for (const line of lines.rest()) {
    if (line.name !== '-') part.push(line);
    else {
      changes.push(readModification(line, part));
      part = [];
    }
  }
  const [open] = part;
  // RFC 2849 wants "-" after each modification; programs leave the last one out, and servers' tools accept that.
  if (open !== undefined) changes.push(readModification(open, part));
  if (changes.length === 0) throw new LdifFault(lines.start, 'RecordEmpty', `${dn} has no modifications`);
  return { op: 'modify', dn, changes };
}

const MODIFICATIONS: Readonly<Record<string, Modification['op']>> = {
  add: 'add',
  delete: 'delete',
  replace: 'replace',
};

function readModification(end: LdifLine, part: readonly LdifLine[]): Modification {
  const [head, ...values] = part;
  if (head === undefined) throw new LdifFault(end.line, 'ModifyInvalid', '"-" ends no modification');
  const op = MODIFICATIONS[head.name.toLowerCase()];
  if (op === undefined) throw new LdifFault(head.line, 'ModifyInvalid', `"${head.name}" is no modification`);
  const attribute = textOf(head).trim().toLowerCase();
  const stray = values.find(({ name }) => name.toLowerCase() !== attribute);
  if (stray !== undefined) {
    throw new LdifFault(stray.line, 'ModifyInvalid', `${stray.name} stands among the values of ${attribute}`);
  }
  if (op === 'add' && values.length === 0) {
    throw new LdifFault(head.line, 'ModifyInvalid', `no value of ${attribute} is given to add`);
  }
  const [texts, binary]: [Values, Values] = [{}, {}];
  for (const { value } of values) sortValue('values', value, texts, binary);
  const encoded = binary['values'];
  return { op, attribute, values: texts['values'] ?? [], ...(encoded !== undefined && { binary: encoded }) };
}
