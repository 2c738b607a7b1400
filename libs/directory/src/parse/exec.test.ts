// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseExec } from './exec.js';

describe('parseExec', () => {
  const good: [string, string[]][] = [
    ['/bin/true', ['/bin/true']],
    ['  /bin/echo  a\tb\n c ', ['/bin/echo', 'a', 'b', 'c']],
    [`/bin/sh -c 'echo $HOME; exit 1'`, ['/bin/sh', '-c', 'echo $HOME; exit 1']],
    [`/bin/echo "a \\"b\\" \\$x \\n"`, ['/bin/echo', 'a "b" $x \\n']],
    [`/bin/echo a\\ b 'c'"d"e ''`, ['/bin/echo', 'a b', 'cde', '']],
    ['/bin/echo $HOME *.c ~ `id` a|b', ['/bin/echo', '$HOME', '*.c', '~', '`id`', 'a|b']],
    ['"/opt/my program/x" y', ['/opt/my program/x', 'y']],
    ['/bin/echo "a\\\nb" c\\\nd', ['/bin/echo', 'ab', 'cd']],
    ['/bin/echo ünï', ['/bin/echo', 'ünï']],
  ];
  test.each(good)('%j', (text, argv) => {
    expect(parseExec(text)).toEqual({ ok: true, argv });
  });

  const bad: [string, string][] = [
    ['', 'ExecUnparsable'],
    ['   ', 'ExecUnparsable'],
    [`/bin/echo 'open`, 'ExecUnparsable'],
    [`/bin/echo "open`, 'ExecUnparsable'],
    ['/bin/echo \\', 'ExecUnparsable'],
    ['/bin/echo \0', 'ExecUnparsable'],
    ['not/absolute', 'ExecNotAbsolute'],
    ['echo', 'ExecNotAbsolute'],
    ['""', 'ExecNotAbsolute'],
    ['/usr/bin/../../tmp/x', 'ExecNotAbsolute'],
    ['/usr//bin/x', 'ExecNotAbsolute'],
    ['/usr/./x', 'ExecNotAbsolute'],
    ['/usr/bin/', 'ExecNotAbsolute'],
  ];
  test.each(bad)('%j is refused', (text, code) => {
    expect(parseExec(text)).toMatchObject({ ok: false, code });
  });
});
