// SPDX-License-Identifier: Apache-2.0
// The lines of LDIF text: unfolded, without comments, in groups between empty lines, each taken apart into name and value.
import { isUtf8 } from 'node:buffer';
import { LDIF_CODES, type LdifCode, type LdifProblem } from './types.js';

/** Ends the reading of one record. */
export class LdifFault extends Error {
  constructor(
    readonly line: number,
    readonly code: LdifCode,
    readonly detail: string,
  ) {
    super(detail);
  }

  toProblem(): LdifProblem {
    const { rule, remedy } = LDIF_CODES[this.code];
    return { line: this.line, code: this.code, message: `${this.detail}. ${rule}`, remedy };
  }
}

/** One logical line; its text is in Latin-1, a character for a byte. */
interface LogicalLine {
  readonly line: number;
  readonly text: string;
}

/** A group of lines between empty ones. */
export interface LineGroup {
  readonly line: number;
  readonly lines: readonly LogicalLine[];
  /** Set where a continuation has nothing to continue: the group is unusable. */
  readonly stray?: number;
}

/** One line taken apart. */
export interface LdifLine {
  readonly line: number;
  /** As it is spelled, with options; `-` for the end of a modification. */
  readonly name: string;
  readonly value: Buffer;
}

class Grouping {
  readonly groups: LineGroup[] = [];
  private lines: LogicalLine[] = [];
  private stray: number | undefined;
  private inComment = false;

  take(text: string, line: number): void {
    if (text === '') this.close();
    else if (text.startsWith(' ')) this.continue(text.slice(1), line);
    else {
      this.inComment = text.startsWith('#');
      if (!this.inComment) this.lines.push({ line, text });
    }
  }

  close(): void {
    const [first] = this.lines;
    const line = first?.line ?? this.stray;
    if (line !== undefined) {
      this.groups.push({ line, lines: this.lines, ...(this.stray !== undefined && { stray: this.stray }) });
    }
    this.lines = [];
    this.stray = undefined;
    this.inComment = false;
  }

  private continue(text: string, line: number): void {
    if (this.inComment) return;
    const last = this.lines.pop();
    if (last === undefined) this.stray ??= line;
    else this.lines.push({ line: last.line, text: last.text + text });
  }
}

/** Groups of unfolded lines. A byte order mark at the start is passed over. */
export function groupLines(bytes: Buffer): readonly LineGroup[] {
  const grouping = new Grouping();
  const body = bytes.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  for (const [index, text] of body.split(/\r?\n/).entries()) grouping.take(text, index + 1);
  grouping.close();
  return grouping.groups;
}

const LINE = /^([^:]*):([:<]?) *(.*)$/s;
const NAME = /^(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)(?:;[A-Za-z0-9-]+)*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Text for people of what a line holds, without its end. */
function excerpt(text: string): string {
  const readable = Buffer.from(text, 'latin1').toString('utf8');
  return readable.length > 40 ? `${readable.slice(0, 40)}...` : readable;
}

/** Takes one line apart. Throws `LdifFault`. */
export function readLine({ line, text }: LogicalLine): LdifLine {
  if (text === '-') return { line, name: '-', value: Buffer.alloc(0) };
  const [, name, mark, rest] = LINE.exec(text) ?? [];
  if (name === undefined || rest === undefined) throw new LdifFault(line, 'LineUnreadable', `"${excerpt(text)}"`);
  if (!NAME.test(name)) throw new LdifFault(line, 'NameInvalid', `"${excerpt(name)}" is no attribute name`);
  if (mark === '<') throw new LdifFault(line, 'UrlRefused', `${name} is to be read from ${excerpt(rest)}`);
  if (mark === ':') {
    const encoded = rest.trimEnd();
    if (!BASE64.test(encoded)) throw new LdifFault(line, 'Base64Invalid', `the value of ${name} is not base64`);
    return { line, name, value: Buffer.from(encoded, 'base64') };
  }
  const value = Buffer.from(rest, 'latin1');
  if (!isUtf8(value)) throw new LdifFault(line, 'ValueNotUtf8', `the value of ${name} is not UTF-8`);
  return { line, name, value };
}

/** The value as text. Throws `LdifFault` where it is not UTF-8. */
export function textOf({ line, name, value }: LdifLine): string {
  if (!isUtf8(value)) throw new LdifFault(line, 'ValueNotUtf8', `the value of ${name} is not UTF-8`);
  return value.toString('utf8');
}
