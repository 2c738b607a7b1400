// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { M3Error, MODULE_ERRORS, checked, checkedNumber } from './error.js';

/** Rows of a table of errors.md, as lists of cells. */
function rows(heading: string): string[][] {
  const text = readFileSync(new URL('../../../kernel/m3ipc/uapi/errors.md', import.meta.url), 'utf8');
  const section = text.split(`## ${heading}`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| ') && !line.includes('---'));
  return lines.slice(1).map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
}

describe('M3Error', () => {
  test('knows every code of the module by the name and number that M3-IPC gives it', () => {
    const documented = Object.fromEntries(
      rows("The module's own codes").map(([code, , name, number]) => [Number(code), [name, Number(number)]]),
    );
    expect(Object.keys(documented).length).toBeGreaterThan(20);
    expect(MODULE_ERRORS).toEqual(documented);
  });

  test('carries code, errno and call', () => {
    const error = new M3Error('vmInit', 342);
    expect(error).toMatchObject({ code: 'ERSCBUSY', errno: 342, call: 'vmInit', m3Number: 342 });
    expect(new M3Error('send', 369)).toMatchObject({ code: 'EDSTDIED', m3Number: 109 });
    expect(new M3Error('vmEnd', 1).code).toBe('EPERM');
  });

  test('a missing device names the module and the remedy', () => {
    const error = new M3Error('version', 2);
    expect(error.code).toBe('ModuleMissing');
    expect(error.message).toContain('modprobe m3ipc');
  });

  test('checked passes results and throws failures', () => {
    expect(checked('vms', [1])).toEqual([1]);
    expect(checkedNumber('drvsInit', 3)).toBe(3);
    expect(() => checked<object>('vms', -318)).toThrow('EDVSINIT');
    expect(() => checkedNumber('vmEnd', -303)).toThrow('EDCNOTRUN');
  });
});
