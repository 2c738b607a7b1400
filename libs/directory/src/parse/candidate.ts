// SPDX-License-Identifier: Apache-2.0
// An entry on its way into the topology: what it says now, what it last validly said, and what is wrong with it.
import type { Origin, Problem } from '@drvs/contracts';
import type { Entry } from '../entry.js';
import { PROBLEM_CODES, type ProblemCode } from './codes.js';
import { EntryReader } from './draft.js';
import { originOf } from './origin.js';

export class Candidate<T extends Origin> {
  readonly reader: EntryReader;
  /** What is put in force: the fresh version, the last valid one, or nothing. */
  value: T | undefined;
  /** The last valid version under the entry's present DN, if it may still serve. */
  private readonly last: T | undefined;

  constructor(
    readonly entry: Entry,
    read: (reader: EntryReader) => T | undefined,
    previous: T | undefined,
  ) {
    this.reader = new EntryReader(entry);
    this.last = previous && { ...previous, ...originOf(entry), invalid: true };
    this.value = read(this.reader);
    if (!this.reader.usable()) this.value = this.last;
  }

  /** True while the fresh version is in force. */
  get fresh(): boolean {
    return this.value !== undefined && !this.value.invalid;
  }

  /** The last valid version, where it is not what is in force already. */
  get fallback(): T | undefined {
    return this.value === undefined || this.value.invalid ? undefined : this.last;
  }

  note(code: ProblemCode, attribute: string | undefined, detail: string): void {
    this.reader.add(code, attribute, detail);
  }

  /** Gives up what is in force for the last valid version, or for nothing when that one was in force. */
  retreat(): void {
    this.value = this.fallback;
  }

  /** Keeps the first of the present and the last valid version that passes; the first failure is noted. */
  require(failure: (value: T) => readonly [ProblemCode, string, string] | undefined): void {
    while (this.value !== undefined) {
      const failed = failure(this.value);
      if (failed === undefined) return;
      this.note(...failed);
      this.retreat();
    }
  }

  problems(): Problem[] {
    const { dn, uuid } = this.entry;
    const lastValidInForce = this.value?.invalid === true;
    return this.reader.findings.map(({ code, attribute, detail }) => ({
      dn,
      uuid,
      ...(attribute !== undefined && { attribute }),
      code,
      message: `${attribute === undefined ? '' : `${attribute}: `}${detail}. ${PROBLEM_CODES[code].rule}`,
      remedy: PROBLEM_CODES[code].remedy,
      lastValidInForce: lastValidInForce && PROBLEM_CODES[code].stops === 'entry',
    }));
  }
}
