// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig, loadPassword, parseConfig } from './config.js';

const LEAST = ['ldapUrl=ldaps://a ldaps://b', 'nodeDn=cn=n1,ou=nodes,ou=drvs,dc=x', 'systemBase=ou=drvs,dc=x'];
const parse = (...lines: string[]) => parseConfig([...LEAST, ...lines].join('\n'), 'agent.conf');

describe('agent.conf', () => {
  test('values hold equal signs and spaces; the rest has defaults that trust nobody', () => {
    expect(parse('# comment', '')).toMatchObject({
      ldapUrl: ['ldaps://a', 'ldaps://b'],
      nodeDn: 'cn=n1,ou=nodes,ou=drvs,dc=x',
      allowUsers: ['drvs'],
      allowRoot: false,
      insecure: false,
      allowCredentials: ['/etc/drvs/credentials'],
    });
    expect(parse('allowPaths=/usr/bin, /opt/app').allowPaths).toEqual(['/usr/bin', '/opt/app']);
  });

  test.each([
    ['a line without key', 'nonsense', /line 4 is not key=value/],
    ['a key twice', 'allowRoot=true\nallowRoot=false', /line 5 sets allowRoot a second time/],
    ['an unknown key', 'alowRoot=true', /alowRoot/],
    ['a word for a switch', 'allowRoot=yes', /allowRoot/],
    ['a relative path', 'allowPaths=bin', /allowPaths.*absolute/],
    ['a number for an account', 'allowUsers=0', /allowUsers.*account names/],
  ])('%s is refused by name', (_, line, message) => {
    expect(() => parse(line)).toThrow(message);
  });

  test('plain LDAP needs insecure', () => {
    const plain = LEAST.join('\n').replace('ldaps://a', 'ldap://a');
    expect(() => parseConfig(plain, 'agent.conf')).toThrow(/ldap:\/\/a is not encrypted/);
    expect(parseConfig(`${plain}\ninsecure=true`, 'agent.conf').ldapUrl[0]).toBe('ldap://a');
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drvs-conf-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a missing configuration names the file', async () => {
    await expect(loadConfig(join(folder, 'none'))).rejects.toMatchObject({ code: 'ConfigMissing' });
  });

  test('the password loses only its line end, and must not be empty', async () => {
    await expect(loadPassword(undefined)).rejects.toMatchObject({ code: 'CredentialMissing' });
    await expect(loadPassword(folder)).rejects.toMatchObject({ code: 'CredentialMissing' });
    await writeFile(join(folder, 'ldap-password'), ' se=cret \n');
    await expect(loadPassword(folder)).resolves.toBe(' se=cret ');
    await writeFile(join(folder, 'ldap-password'), '\n');
    await expect(loadPassword(folder)).rejects.toThrow(/is empty/);
  });
});
