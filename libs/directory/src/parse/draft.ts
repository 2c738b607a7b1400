// SPDX-License-Identifier: Apache-2.0
// What is known of one entry while it is being parsed: its values, read rule by rule, and the problems found.
import type { Entry } from '../entry.js';
import { PROBLEM_CODES, type ProblemCode } from './codes.js';

export interface Finding {
  readonly code: ProblemCode;
  readonly attribute?: string;
  /** What is wrong with this value, in words. */
  readonly detail: string;
}

/** Reads attributes of one entry and collects what breaks a rule. Names are given as the schema spells them. */
export class EntryReader {
  readonly findings: Finding[] = [];
  constructor(readonly entry: Entry) {}

  /** Notes a breach, once: the last valid version may break the same rule in the same way. */
  add(code: ProblemCode, attribute: string | undefined, detail: string): void {
    if (this.findings.some((f) => f.code === code && f.attribute === attribute && f.detail === detail)) return;
    this.findings.push({ code, ...(attribute !== undefined && { attribute }), detail });
  }

  /** True while nothing found makes the whole entry unusable. */
  usable(): boolean {
    return this.findings.every(({ code }) => PROBLEM_CODES[code].stops === 'part');
  }

  all(attribute: string): readonly string[] {
    return this.entry.attributes.get(attribute.toLowerCase()) ?? [];
  }

  has(attribute: string): boolean {
    return this.all(attribute).length > 0;
  }

  optional(attribute: string): string | undefined {
    const values = this.all(attribute);
    if (values.length > 1) this.add('AttributeNotSingle', attribute, `it has ${values.length} values`);
    return values[0];
  }

  required(attribute: string): string | undefined {
    const value = this.optional(attribute);
    if (value === undefined) this.add('AttributeMissing', attribute, 'it has no value');
    return value;
  }

  /** An integer within [min, max], undefined when absent or wrong. */
  integer(attribute: string, range: readonly [min: number, max: number], code: ProblemCode): number | undefined {
    const value = this.optional(attribute);
    if (value === undefined) return undefined;
    const number = /^-?[0-9]{1,10}$/.test(value) ? Number(value) : NaN;
    if (number >= range[0] && number <= range[1]) return number;
    this.add(code, attribute, `${quote(value)} is not an integer from ${range[0]} to ${range[1]}`);
    return undefined;
  }

  /** One of the given words; `fallback` when absent or wrong. */
  word<T extends string>(attribute: string, words: readonly T[], fallback: T, code: ProblemCode): T {
    const value = this.optional(attribute);
    if (value === undefined) return fallback;
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) this.add(code, attribute, `${quote(value)} is none of ${words.join(', ')}`);
    return word ?? fallback;
  }

  /** A value that must match, undefined when absent or wrong. */
  matching(attribute: string, pattern: RegExp, code: ProblemCode): string | undefined {
    const value = this.optional(attribute);
    if (value === undefined || pattern.test(value)) return value;
    this.add(code, attribute, `${quote(value)} is not`);
    return undefined;
  }

  /** The values that pass, sorted by bytes; each that does not is a finding. */
  passing(attribute: string, passes: (value: string) => boolean, code: ProblemCode): string[] {
    const values = [...new Set(this.all(attribute))];
    for (const value of values) if (!passes(value)) this.add(code, attribute, `${quote(value)} is not`);
    return values.filter(passes).sort(byBytes);
  }

  /** `key=value` pairs by key; wrong and repeated ones are findings. */
  pairs(attribute: string, key: RegExp, code: ProblemCode): Record<string, string> {
    const pairs = new Map<string, string>();
    for (const text of [...this.all(attribute)].sort(byBytes)) {
      const equals = text.indexOf('=');
      const name = equals < 0 ? '' : text.slice(0, equals);
      if (!key.test(name) || text.includes('\0')) this.add(code, attribute, `${quote(text)} is not`);
      else if (pairs.has(name)) this.add(code, attribute, `${quote(name)} is given twice`);
      else pairs.set(name, text.slice(equals + 1));
    }
    return Object.fromEntries(pairs);
  }
}

const SURROGATE = /[\ud800-\udfff]/;

/** Order of UTF-8 bytes, which is the order of code points. */
export function byBytes(left: string, right: string): number {
  if (left === right) return 0;
  // UTF-16 sorts differently only where it needs two units for a character.
  if (SURROGATE.test(left) || SURROGATE.test(right)) return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : 1;
}

/** A value in a message: quoted, bounded, without control characters. */
export function quote(value: string): string {
  const printable = value.replace(/\p{Cc}/gu, '?');
  return printable.length > 80 ? `"${printable.slice(0, 77)}..."` : `"${printable}"`;
}
