// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { decodeLinkCredentials, encodeLinkCredentials } from './link-credentials.js';

describe('link credentials', () => {
  test.each([
    ['cn=node1,ou=nodes,dc=x', 'secret'],
    ['cn=a:b,ou=nodes,dc=x', 'pass:with:colons'],
    ['cn=größe 100%,ou=nodes,dc=x', 'päss'],
    ['cn=node1,ou=nodes,dc=x', ''],
  ])('%s comes back as it went', (dn, password) => {
    expect(decodeLinkCredentials(encodeLinkCredentials({ dn, password }))).toEqual({ dn, password });
  });

  test.each([
    '',
    'Basic',
    'Basic !!!',
    'Bearer abc',
    `Basic ${Buffer.from('nocolon').toString('base64')}`,
    `Basic ${Buffer.from('%zz:p').toString('base64')}`,
  ])('%j is refused', (header) => {
    expect(decodeLinkCredentials(header)).toBeUndefined();
  });
});
