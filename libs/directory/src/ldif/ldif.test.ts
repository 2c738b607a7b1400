// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { WriteOperation } from '../client/types.js';
import { readLdif } from './read.js';
import { LDIF_CODES } from './types.js';
import { writeLdifChanges, writeLdifContent } from './write.js';

const DN = 'cn=node1,ou=nodes,ou=drvs,dc=example';
const operations = (text: string | Uint8Array): WriteOperation[] => {
  const { records, problems } = readLdif(text);
  expect(problems).toEqual([]);
  return records.map(({ operation }) => operation);
};

describe('reading', () => {
  test('content records: comments, folding, base64, options, several values', () => {
    const text = [
      '# a comment,\n  continued',
      'version: 1',
      '',
      '',
      `dn: cn=node1,ou=no\n des,ou=drvs,dc=example`,
      'objectClass: device',
      'OBJECTCLASS: drvsNode',
      'cn: node1',
      `description;lang-es:: ${Buffer.from('nodo número 1').toString('base64')}`,
      'drvsLabel:rack=7',
      'drvsAddress:',
      '# another',
      'serialNumber:  two spaces before',
      `jpegPhoto:: ${Buffer.from([255, 216, 0]).toString('base64')}`,
      '',
    ].join('\n');
    expect(readLdif(text)).toEqual({
      problems: [],
      records: [
        {
          line: 6,
          form: 'content',
          operation: {
            op: 'add',
            dn: DN,
            attributes: {
              objectclass: ['device', 'drvsNode'],
              cn: ['node1'],
              'description;lang-es': ['nodo número 1'],
              drvslabel: ['rack=7'],
              drvsaddress: [''],
              serialnumber: ['two spaces before'],
            },
            binary: { jpegphoto: ['/9gA'] },
          },
        },
      ],
    });
  });

  test('change records of each type, with CRLF, a byte order mark and no end of line at the end', () => {
    const text = [
      `\ufeffdn: ${DN}`,
      'changetype: modify',
      'add: drvsLabel',
      'drvsLabel: rack=7',
      'drvslabel: row=2',
      '-',
      'replace: drvsAdminReason',
      '-',
      'delete: drvsAddress',
      '',
      `dn:: ${Buffer.from(DN).toString('base64')}`,
      'changetype: delete',
      '',
      `dn: ${DN}`,
      'changetype: moddn',
      'newrdn: cn=node9',
      'deleteoldrdn: 1',
      'newsuperior: ou=nodes,dc=example',
      '',
      `dn: ${DN}`,
      'changeType: Add',
      'cn: node1',
    ].join('\r\n');
    expect(operations(text)).toEqual([
      {
        op: 'modify',
        dn: DN,
        changes: [
          { op: 'add', attribute: 'drvslabel', values: ['rack=7', 'row=2'] },
          { op: 'replace', attribute: 'drvsadminreason', values: [] },
          { op: 'delete', attribute: 'drvsaddress', values: [] },
        ],
      },
      { op: 'delete', dn: DN },
      { op: 'rename', dn: DN, newRdn: 'cn=node9', newSuperior: 'ou=nodes,dc=example' },
      { op: 'add', dn: DN, attributes: { cn: ['node1'] } },
    ]);
  });

  test('an empty file, and one of the version alone, hold nothing', () => {
    expect(readLdif('')).toEqual({ records: [], problems: [] });
    expect(readLdif('\n# nothing\n\nversion: 1\n')).toEqual({ records: [], problems: [] });
  });

  const change = (...lines: string[]): string => [`dn: ${DN}`, ...lines].join('\n');
  const mistakes: readonly (readonly [keyof typeof LDIF_CODES, string | Buffer, number])[] = [
    ['VersionUnknown', 'version: 2\n', 1],
    ['LineUnreadable', change('no colon'), 2],
    ['LineUnreadable', change('cn: x', '-'), 3],
    ['ContinuationStray', ' alone', 1],
    ['NameInvalid', change('c n: x'), 2],
    ['Base64Invalid', change('cn:: n%de'), 2],
    ['Base64Invalid', change('cn:: abc'), 2],
    ['ValueNotUtf8', Buffer.from(`dn: ${DN}\ncn: \xff`, 'latin1'), 2],
    ['ValueNotUtf8', 'dn:: /w==\ncn: x', 1],
    ['UrlRefused', change('jpegPhoto:< file:///etc/passwd'), 2],
    ['DnMissing', 'cn: x', 1],
    ['DnInvalid', 'dn: node1\ncn: x', 1],
    ['ControlRefused', change('control: 1.2.840.113556.1.4.805 true', 'changetype: delete'), 2],
    ['ChangeTypeUnknown', change('changetype: upsert'), 2],
    ['RecordEmpty', change(), 1],
    ['RecordEmpty', change('changetype: modify'), 1],
    ['RecordExcess', change('changetype: delete', 'cn: x'), 3],
    ['ModifyInvalid', change('changetype: modify', 'increment: drvsVmId', 'drvsVmId: 1', '-'), 3],
    ['ModifyInvalid', change('changetype: modify', 'add: cn', 'sn: x', '-'), 4],
    ['ModifyInvalid', change('changetype: modify', 'add: cn', '-'), 3],
    ['ModifyInvalid', change('changetype: modify', '-'), 3],
    ['RenameInvalid', change('changetype: modrdn', 'deleteoldrdn: 1'), 1],
    ['RenameInvalid', change('changetype: modrdn', 'newrdn: cn=x', 'deleteoldrdn: yes'), 4],
    ['RenameInvalid', change('changetype: modrdn', 'newrdn: cn=x', 'deleteoldrdn: 1', 'cn: x'), 5],
    ['OldRdnKept', change('changetype: modrdn', 'newrdn: cn=x', 'deleteoldrdn: 0'), 4],
  ];
  test.each(mistakes)('%s: %j', (code, text, line) => {
    const good = Buffer.from(`\n\ndn: ${DN}\nchangetype: delete\n`);
    const { records, problems } = readLdif(Buffer.concat([Buffer.from(text), good]));
    expect(problems).toEqual([
      { code, line, message: expect.stringContaining(LDIF_CODES[code].rule), remedy: LDIF_CODES[code].remedy },
    ]);
    // The other records are read all the same.
    expect(records.map(({ operation }) => operation)).toEqual([{ op: 'delete', dn: DN }]);
  });

  test('every code is met above', () => {
    expect(new Set(mistakes.map(([code]) => code))).toEqual(new Set(Object.keys(LDIF_CODES)));
  });
});

describe('writing', () => {
  const odd = [
    '',
    ' led',
    'trailed ',
    ':x',
    '<x',
    'two\nlines',
    'número',
    'x'.repeat(300),
    'é'.repeat(100),
    '\0',
    '\x1b[2J',
    '\t',
    '#x',
    '-',
  ];

  test('changes are read back as they were', () => {
    const changes: WriteOperation[] = [
      { op: 'add', dn: DN, attributes: { cn: odd, objectclass: ['drvsNode'] }, binary: { photo: ['/9gA'] } },
      {
        op: 'modify',
        dn: `cn=${'long'.repeat(50)},dc=example`,
        changes: [
          { op: 'replace', attribute: 'cn', values: odd },
          { op: 'delete', attribute: 'sn', values: [] },
          { op: 'add', attribute: 'photo', values: [], binary: ['/9gA'] },
        ],
      },
      { op: 'rename', dn: DN, newRdn: 'cn=número', newSuperior: 'ou=x,dc=example' },
      { op: 'delete', dn: 'cn=é,dc=example' },
    ];
    const text = writeLdifChanges(changes);
    expect(operations(text)).toEqual(changes);
    for (const line of text.split('\n')) expect(line).toMatch(/^[\x20-\x7e]{0,76}$/);
  });

  test('content is read back as it was, and no entries are no text', () => {
    const entries = [{ dn: DN, attributes: { cn: odd, objectclass: ['device'] }, binary: { photo: ['/9gA'] } }];
    const read = operations(writeLdifContent(entries));
    expect(read).toEqual(entries.map((entry) => ({ op: 'add', ...entry })));
    expect(writeLdifContent([])).toBe('');
    expect(writeLdifChanges([])).toBe('');
  });
});
