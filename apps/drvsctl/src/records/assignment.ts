// SPDX-License-Identifier: Apache-2.0
// What a person writes about the attributes of a record: NAME=VALUE, NAME+=VALUE, NAME-=VALUE.
import { RECORD_ATTRIBUTES } from '@drvs/directory/offline';
import { nearMatches } from '../client/near-matches.js';
import { CliError, EXIT } from '../errors.js';

export type RecordKind = Exclude<keyof typeof RECORD_ATTRIBUTES, 'system'>;
export const RECORD_KINDS = ['node', 'vm', 'process'] as const satisfies readonly RecordKind[];

/** What is to become of one attribute. */
export interface Assignment {
  /** As the schema spells it. */
  readonly attribute: string;
  readonly isDn: boolean;
  /** `replace` with no values takes the attribute away. */
  readonly op: 'replace' | 'add' | 'delete';
  readonly values: readonly string[];
}

const FORM = /^([A-Za-z]+)(\+|-)?=(.*)$/s;
const OPS = { '+': 'add', '-': 'delete' } as const;

/**
 * Reads what stands on the command line, in any order; several values of one attribute are one assignment.
 *
 * @throws CliError where the form, the attribute or the number of values is wrong
 */
export function readAssignments(kind: RecordKind, texts: readonly string[]): Assignment[] {
  const byAttribute = new Map<string, Assignment>();
  for (const text of texts) {
    const one = readOne(kind, text);
    const key = `${one.op} ${one.attribute}`;
    const before = byAttribute.get(key)?.values ?? [];
    byAttribute.set(key, { ...one, values: [...before, ...one.values] });
  }
  const all = [...byAttribute.values()];
  for (const one of all) assertFits(kind, one);
  return all;
}

function readOne(kind: RecordKind, text: string): Assignment {
  const [, name = '', sign, value = ''] = FORM.exec(text) ?? [];
  if (name === '') {
    throw wrong(`'${text}' is no assignment`, 'write ATTRIBUTE=VALUE, ATTRIBUTE+=VALUE or ATTRIBUTE-=VALUE');
  }
  const attribute = findAttribute(kind, name);
  const op = sign === '+' || sign === '-' ? OPS[sign] : 'replace';
  if (op !== 'replace' && value === '') throw wrong(`'${text}' has no value`, `write ${name}${sign ?? ''}=VALUE`);
  return { ...attribute, op, values: value === '' ? [] : [value] };
}

function attributesOf(kind: RecordKind): Readonly<Record<string, { readonly type: string; readonly many: boolean }>> {
  return RECORD_ATTRIBUTES[kind];
}

/** `spansNode` and `SPANSNODE` are `drvsSpansNode`, too. */
function findAttribute(kind: RecordKind, name: string): Pick<Assignment, 'attribute' | 'isDn'> {
  const known = Object.entries(attributesOf(kind));
  const wanted = [name.toLowerCase(), `drvs${name.toLowerCase()}`];
  const found = known.find(([attribute]) => wanted.includes(attribute.toLowerCase()));
  if (found !== undefined) return { attribute: found[0], isDn: found[1].type === 'dn' };
  const short = known.map(([attribute]) => shortName(attribute));
  const near = nearMatches(name, short);
  throw wrong(
    `a ${kind} has no attribute ${name}`,
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are: ${short.join(', ')}`,
  );
}

function assertFits(kind: RecordKind, { attribute, values, op }: Assignment): void {
  if (attributesOf(kind)[attribute]?.many !== false || op === 'delete' || values.length <= 1) return;
  throw wrong(`${shortName(attribute)} takes one value, not ${values.length}`, 'give it once');
}

/** As people may write it: without the prefix. */
export function shortName(attribute: string): string {
  const bare = attribute.replace(/^drvs/, '');
  return bare.charAt(0).toLowerCase() + bare.slice(1);
}

function wrong(message: string, remedy: string): CliError {
  return new CliError('AssignmentWrong', EXIT.usage, message, remedy);
}
