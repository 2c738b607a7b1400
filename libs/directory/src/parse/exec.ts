// SPDX-License-Identifier: Apache-2.0
// drvsExec: an absolute path and arguments in shell quoting. No shell reads it, and nothing is expanded.

export type ExecResult =
  | { readonly ok: true; readonly argv: readonly string[] }
  | { readonly ok: false; readonly code: 'ExecUnparsable' | 'ExecNotAbsolute'; readonly message: string };

interface Scan {
  readonly text: string;
  at: number;
}

class QuotingError extends Error {}

/** Inside double quotes a backslash quotes only these (POSIX 2.2.3; the newline case joins lines). */
const DOUBLE_QUOTED_ESCAPES = '$`"\\';

function readSingleQuoted(scan: Scan): string {
  const end = scan.text.indexOf("'", scan.at + 1);
  if (end < 0) throw new QuotingError(`the single quote at character ${scan.at + 1} is not closed`);
  const value = scan.text.slice(scan.at + 1, end);
  scan.at = end + 1;
  return value;
}

function readDoubleQuoted(scan: Scan): string {
  const start = scan.at;
  let value = '';
  for (scan.at += 1; scan.at < scan.text.length; scan.at += 1) {
    const char = scan.text.charAt(scan.at);
    if (char === '"') {
      scan.at += 1;
      return value;
    }
    const next = scan.text.charAt(scan.at + 1);
    if (char === '\\' && next === '\n') {
      scan.at += 1;
    } else if (char === '\\' && next !== '' && DOUBLE_QUOTED_ESCAPES.includes(next)) {
      value += next;
      scan.at += 1;
    } else {
      value += char;
    }
  }
  throw new QuotingError(`the double quote at character ${start + 1} is not closed`);
}

function readEscaped(scan: Scan): string {
  const next = scan.text.charAt(scan.at + 1);
  if (next === '') throw new QuotingError('the backslash at the end quotes nothing');
  scan.at += 2;
  return next === '\n' ? '' : next;
}

/** One piece of a word: a quoted part, an escaped character, or a plain one. */
function readPiece(scan: Scan): string {
  const char = scan.text.charAt(scan.at);
  if (char === "'") return readSingleQuoted(scan);
  if (char === '"') return readDoubleQuoted(scan);
  if (char === '\\') return readEscaped(scan);
  scan.at += 1;
  return char;
}

function splitWords(text: string): string[] {
  const scan: Scan = { text, at: 0 };
  const words: string[] = [];
  let word: string | undefined;
  while (scan.at < text.length) {
    if (/\s/.test(text.charAt(scan.at))) {
      if (word !== undefined) words.push(word);
      word = undefined;
      scan.at += 1;
    } else {
      word = (word ?? '') + readPiece(scan);
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** True for an absolute path without empty, `.` or `..` components: such a path can be bounded by its beginning. */
export function isPlainAbsolutePath(path: string): boolean {
  return (
    path.startsWith('/') &&
    path
      .slice(1)
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** Splits a `drvsExec` value. Total: says what is wrong instead of throwing. */
export function parseExec(text: string): ExecResult {
  const wrong = (code: 'ExecUnparsable' | 'ExecNotAbsolute', message: string): ExecResult => ({
    ok: false,
    code,
    message,
  });
  if (text.includes('\0')) return wrong('ExecUnparsable', 'it contains a NUL byte');
  let argv: string[];
  try {
    argv = splitWords(text);
  } catch (error) {
    if (error instanceof QuotingError) return wrong('ExecUnparsable', error.message);
    throw error;
  }
  const program = argv[0];
  if (program === undefined) return wrong('ExecUnparsable', 'it is empty');
  if (!isPlainAbsolutePath(program)) {
    return wrong('ExecNotAbsolute', `the program "${program}" is not a plain absolute path`);
  }
  return { ok: true, argv };
}
