// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ERRORS } from './error-table.js';
import { M3Error, checked, checkedNumber, isM3Error } from './error.js';

/** Every code of the module's header: name -> number. */
function codesOfHeader(): [string, number][] {
  const header = readFileSync(new URL('../../../kernel/m3ipc/uapi/m3ipc_base.h', import.meta.url), 'utf8');
  const list = header.split('enum m3ipc_error {')[1]?.split('};')[0] ?? '';
  return [...list.matchAll(/M3IPC_(\w+) = (\d+), \/\* M3 (\d+)/g)].map(([, name, errno]) => [
    name ?? '',
    Number(errno),
  ]);
}

describe('M3Error', () => {
  test('knows every code of the module', () => {
    const codes = codesOfHeader();
    expect(codes.length).toBeGreaterThan(25);
    for (const [, errno] of codes) {
      expect(new M3Error('call', errno).code).toMatch(/^E[A-Z]+$/);
      expect(ERRORS.some((row) => row.errno === errno)).toBe(true);
    }
  });

  test('gives no two reasons one name or one number', () => {
    for (const key of ['errno', 'code', 'm3Number'] as const) {
      expect(new Set(ERRORS.map((row) => row[key])).size).toBe(ERRORS.length);
    }
  });

  test.each(ERRORS.map((row) => [row.code, row] as const))('%s says when it comes', (code, row) => {
    const error = new M3Error('send', row.errno);
    expect(error).toMatchObject({ code, errno: row.errno, call: 'send', m3Number: row.m3Number });
    expect(error.message).toBe(`send: ${code}: ${row.when}`);
  });

  test('a missing device names the module and the remedy', () => {
    const error = new M3Error('version', 2);
    expect(error.code).toBe('ModuleMissing');
    expect(error.message).toContain('modprobe m3ipc');
  });

  test('a Linux errno that the table lacks keeps its name', () => {
    expect(new M3Error('version', 13)).toMatchObject({ code: 'EACCES', m3Number: 13, message: 'version: EACCES' });
  });

  test('isM3Error tells codes apart', () => {
    expect(isM3Error(new M3Error('send', 369), 'ESRCDIED', 'EDSTDIED')).toBe(true);
    expect(isM3Error(new M3Error('send', 369), 'ESRCDIED')).toBe(false);
    expect(isM3Error(new Error('EDSTDIED'), 'EDSTDIED')).toBe(false);
  });

  test('checked passes results and throws failures', () => {
    expect(checked('vms', [1])).toEqual([1]);
    expect(checkedNumber('drvsInit', 3)).toBe(3);
    expect(() => checked<object>('vms', -318)).toThrow('EDVSINIT');
    expect(() => checkedNumber('vmEnd', -303)).toThrow('EDCNOTRUN');
  });
});
