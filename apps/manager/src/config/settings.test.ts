// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { SettingsError, parseSettings } from './settings.js';

const GOOD = {
  DRVS_SYSTEMS: 'lab=ou=drvs,dc=drvs,dc=example; two=ou=two,dc=example',
  DRVS_LISTEN: '10.77.0.1:8443,[::1]:9,unix:/run/drvs/manager.sock',
  DRVS_TLS_CERT: '/c.pem',
  DRVS_TLS_KEY: '/k.pem',
  DATABASE_URL: 'postgresql://drvs@localhost/drvs',
  LDAP_URL: 'ldaps://a:636 ldapi://%2Frun%2Fldapi',
  LDAP_BIND_DN: 'cn=manager,dc=example',
  LDAP_PASSWORD_FILE: '/password',
};

describe('settings', () => {
  test('a complete environment is understood', () => {
    const settings = parseSettings(GOOD);

    expect(settings.systems).toEqual([
      { name: 'lab', baseDn: 'ou=drvs,dc=drvs,dc=example' },
      { name: 'two', baseDn: 'ou=two,dc=example' },
    ]);
    expect(settings.listen).toEqual([
      { kind: 'tcp', host: '10.77.0.1', port: 8443 },
      { kind: 'tcp', host: '::1', port: 9 },
      { kind: 'unix', path: '/run/drvs/manager.sock' },
    ]);
    expect(settings.ldap.urls).toEqual(['ldaps://a:636', 'ldapi://%2Frun%2Fldapi']);
    expect(settings.insecure).toBe(false);
  });

  test.each<[string, Record<string, string | undefined>, RegExp]>([
    ['no systems', { DRVS_SYSTEMS: undefined }, /DRVS_SYSTEMS: is not set/],
    ['a system without base', { DRVS_SYSTEMS: 'lab' }, /'lab' is not NAME=BASE-DN/],
    ['one system twice', { DRVS_SYSTEMS: 'a=dc=x;a=dc=y' }, /names one system twice/],
    ['a listener without port', { DRVS_LISTEN: 'localhost' }, /neither HOST:PORT nor unix/],
    ['a port out of range', { DRVS_LISTEN: 'localhost:99999' }, /neither HOST:PORT nor unix/],
    ['no certificate', { DRVS_TLS_CERT: undefined, DRVS_TLS_KEY: undefined }, /DRVS_TLS_CERT: is not set: give/],
    ['half a certificate', { DRVS_TLS_KEY: undefined }, /go together/],
    ['plain LDAP', { LDAP_URL: 'ldap://a' }, /in the clear/],
    ['another database', { DATABASE_URL: 'mysql://x' }, /DATABASE_URL: is not a postgresql/],
  ])('%s is refused with its name and a remedy', (_name, change, message) => {
    expect(() => parseSettings({ ...GOOD, ...change })).toThrow(SettingsError);
    expect(() => parseSettings({ ...GOOD, ...change })).toThrow(message);
  });

  test('plain LDAP and HTTP need the insecure setting', () => {
    const environment = { ...GOOD, LDAP_URL: 'ldap://a', DRVS_TLS_CERT: undefined, DRVS_TLS_KEY: undefined };

    expect(parseSettings({ ...environment, DRVS_INSECURE: '1' })).toMatchObject({ insecure: true, tls: undefined });
  });
});
