// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { isBelow, normalizeDn, parentDn, rdnOf, rdnValue } from './dn.js';

describe('normalizeDn', () => {
  test.each([
    ['CN=Node1, OU=Nodes,  DC=Example', 'cn=node1,ou=nodes,dc=example'],
    ['cn=a  b ,dc=x', 'cn=a b,dc=x'],
    ['cn=a\\,b,dc=x', 'cn=a\\,b,dc=x'],
    ['cn=a\\2Cb,dc=x', 'cn=a\\,b,dc=x'],
    ['ou=y+cn=x,dc=z', 'cn=x+ou=y,dc=z'],
    ['cn=\\C3\\BC,dc=x', 'cn=ü,dc=x'],
    ['cn=😀,dc=x', 'cn=😀,dc=x'],
    ['cn=\\#1,dc=x', 'cn=\\#1,dc=x'],
    ['', ''],
  ])('%j -> %j', (dn, normal) => {
    expect(normalizeDn(dn)).toBe(normal);
    expect(normalizeDn(normal)).toBe(normal);
  });

  test.each(['node1', 'cn=', 'cn=a,,dc=x', '=a', 'cn=a\\', 'cn="a,b",dc=x', 'cn=a,node'])('%j is no DN', (dn) => {
    expect(normalizeDn(dn)).toBeUndefined();
  });
});

test('parts of a DN respect escapes', () => {
  expect(parentDn('cn=a\\,b,ou=x,dc=y')).toBe('ou=x,dc=y');
  expect(rdnOf('cn=a\\,b,ou=x')).toBe('cn=a\\,b');
  expect(rdnValue('CN=a\\,b,ou=x', 'cn')).toBe('a,b');
  expect(rdnValue('cn=a+ou=b,ou=x', 'cn')).toBeUndefined();
  expect(parentDn('')).toBeUndefined();
});

test('below means below, not a name that ends alike', () => {
  expect(isBelow('cn=a,ou=nodes,dc=x', 'ou=nodes,dc=x')).toBe(true);
  expect(isBelow('ou=nodes,dc=x', 'ou=nodes,dc=x')).toBe(false);
  expect(isBelow('cn=a\\,ou=nodes,dc=x', 'ou=nodes,dc=x')).toBe(false);
});
