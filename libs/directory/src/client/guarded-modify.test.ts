// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import type { Entry } from '../entry.js';
import { guardedModifications } from './guarded-modify.js';
import type { Modification } from './types.js';

const entry: Entry = {
  uuid: 'u',
  dn: 'cn=a',
  rdn: 'cn=a',
  attributes: new Map([
    ['drvsprocnr', ['7']],
    ['drvslabel', ['a', 'b']],
  ]),
  binary: new Map([['jpegphoto', ['AA==']]]),
};

test.each<[string, Modification[], Modification[]]>([
  [
    'a replacement holds on to the old values',
    [{ op: 'replace', attribute: 'drvsProcNr', values: ['8'] }],
    [
      { op: 'delete', attribute: 'drvsProcNr', values: ['7'] },
      { op: 'add', attribute: 'drvsProcNr', values: ['8'] },
    ],
  ],
  [
    'so does taking all values away, one way or the other',
    [
      { op: 'delete', attribute: 'drvsLabel', values: [] },
      { op: 'replace', attribute: 'jpegPhoto', values: [] },
    ],
    [
      { op: 'delete', attribute: 'drvsLabel', values: ['a', 'b'] },
      { op: 'delete', attribute: 'jpegPhoto', values: [], binary: ['AA=='] },
    ],
  ],
  [
    'what names its values, what was empty, and a password stay as they are',
    [
      { op: 'delete', attribute: 'drvsLabel', values: ['a'] },
      { op: 'replace', attribute: 'description', values: ['x'] },
      { op: 'replace', attribute: 'userPassword', values: ['{SSHA}x'] },
    ],
    [
      { op: 'delete', attribute: 'drvsLabel', values: ['a'] },
      { op: 'replace', attribute: 'description', values: ['x'] },
      { op: 'replace', attribute: 'userPassword', values: ['{SSHA}x'] },
    ],
  ],
  [
    'a second change of an attribute meets what the first has left',
    [
      { op: 'add', attribute: 'drvsLabel', values: ['c'] },
      { op: 'replace', attribute: 'drvsLabel', values: ['d'] },
    ],
    [
      { op: 'add', attribute: 'drvsLabel', values: ['c'] },
      { op: 'replace', attribute: 'drvsLabel', values: ['d'] },
    ],
  ],
])('%s', (_what, changes, guarded) => {
  expect(guardedModifications(changes, entry)).toEqual(guarded);
});
