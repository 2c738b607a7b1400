// SPDX-License-Identifier: Apache-2.0
import { getSystemErrorName } from 'node:util';
import { ERRORS } from './error-table.js';

type Row = (typeof ERRORS)[number];

/**
 * Stable name of why a call failed: the name M3-IPC gives it (`EDSTDIED`, `EDCNOTRUN`), Linux's where Linux has the word
 * (`EPERM`, `ETIMEDOUT`), or `ModuleMissing`. Linux may add others when the device is opened (`EACCES`).
 */
export type M3ErrorCode = Row['code'] | 'ModuleMissing';

const BY_ERRNO: ReadonlyMap<number, Row> = new Map(ERRORS.map((row) => [row.errno, row]));

/** Why /dev/m3ipc cannot be opened: `open` failed with one of these. */
const MISSING = new Set(['ENOENT', 'ENODEV', 'ENXIO']);

function describe(call: string, errno: number): { code: string; message: string } {
  const row = BY_ERRNO.get(errno);
  if (row) return { code: row.code, message: `${call}: ${row.code}: ${row.when}` };
  const code = getSystemErrorName(-errno);
  if (!MISSING.has(code)) return { code, message: `${call}: ${code}` };
  const message = `${call}: /dev/m3ipc is missing because the m3ipc module is not loaded; load it with: modprobe m3ipc`;
  return { code: 'ModuleMissing', message };
}

/** A refused or failed M3-IPC call. */
export class M3Error extends Error {
  override readonly name = 'M3Error';
  /** Why, by a stable name. */
  readonly code: M3ErrorCode | (string & {});

  constructor(
    /** The call that failed, e.g. `vmInit`. */
    readonly call: string,
    /** The kernel's errno, positive: Linux's number, or one of the module's own (300..399). */
    readonly errno: number,
  ) {
    const { code, message } = describe(call, errno);
    super(message);
    this.code = code;
  }

  /** The positive number under which M3-IPC programs know this error: `ETIMEDOUT` is 61 there and 110 in Linux. */
  get m3Number(): number {
    return BY_ERRNO.get(this.errno)?.m3Number ?? this.errno;
  }
}

/** Whether `error` is an M3Error with one of these codes. */
export function isM3Error(error: unknown, ...codes: readonly M3ErrorCode[]): error is M3Error {
  return error instanceof M3Error && (codes as readonly string[]).includes(error.code);
}

/** Turns a native result into itself or, when it is a negative errno, into a thrown M3Error. */
export function checked<T extends object>(call: string, result: T | number): T {
  if (typeof result === 'number') throw new M3Error(call, -result);
  return result;
}

/** The same for calls whose result is a number. */
export function checkedNumber(call: string, result: number): number {
  if (result < 0) throw new M3Error(call, -result);
  return result;
}
