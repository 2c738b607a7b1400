// SPDX-License-Identifier: Apache-2.0
import { getSystemErrorName } from 'node:util';

/** The module's own codes (kernel/m3ipc/uapi/errors.md): what errno is -> [M3-IPC's name, M3-IPC's number]. */
export const MODULE_ERRORS: Readonly<Record<number, readonly [name: string, number: number]>> = {
  301: ['EBADNODEID', 301],
  302: ['EBADDCID', 302],
  303: ['EDCNOTRUN', 303],
  304: ['EBADPROC', 304],
  305: ['EBADPID', 305],
  306: ['EENDPOINT', 306],
  310: ['ENOTBIND', 310],
  317: ['EDVSBUSY', 317],
  318: ['EDVSINIT', 318],
  319: ['ENODCNODE', 319],
  320: ['EPROCRUN', 320],
  324: ['EPROCSTS', 324],
  331: ['EBADOWNER', 331],
  335: ['EPRIVILEGES', 335],
  337: ['ESLOTUSED', 337],
  338: ['EBADRANGE', 338],
  339: ['EBADVALUE', 339],
  342: ['ERSCBUSY', 342],
  343: ['ENAMESIZE', 343],
  344: ['EALLOCMEM', 344],
  348: ['EWOKENUP', 348],
  361: ['ELOCKED', 101],
  362: ['EBADCALL', 102],
  364: ['ECALLDENIED', 104],
  365: ['EDEADSRCDST', 105],
  368: ['ESRCDIED', 108],
  369: ['EDSTDIED', 109],
  370: ['ETRAPDENIED', 110],
};

/** Why /dev/m3ipc cannot be opened: `open` failed with one of these. */
const MISSING = new Set(['ENOENT', 'ENODEV', 'ENXIO']);

function describe(call: string, errno: number): { code: string; message: string } {
  const own = MODULE_ERRORS[errno];
  if (own) return { code: own[0], message: `${call}: ${own[0]}` };
  const code = getSystemErrorName(-errno);
  if (!MISSING.has(code)) return { code, message: `${call}: ${code}` };
  const message = `${call}: /dev/m3ipc is missing because the m3ipc module is not loaded; load it with: modprobe m3ipc`;
  return { code: 'ModuleMissing', message };
}

/** A refused or failed M3-IPC call. */
export class M3Error extends Error {
  override readonly name = 'M3Error';
  /** M3-IPC's or Linux's name of the error (`EDSTDIED`, `EPERM`), or `ModuleMissing`. */
  readonly code: string;

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

  /** The positive number under which M3-IPC programs know this error, where the module's differs from errno. */
  get m3Number(): number {
    return MODULE_ERRORS[this.errno]?.[1] ?? this.errno;
  }
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
