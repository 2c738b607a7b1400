// SPDX-License-Identifier: Apache-2.0
// Bytes: framing, BER, cookies and URLs, with what a broken or hostile server may send.
import { describe, expect, test } from '@jest/globals';
import { BerFields, BerWriter } from './ber.js';
import { unwrapCookie, wrapCookie } from './cookie.js';
import { Frames } from './frames.js';
import { decodeMessage, encodeBind, encodeSearch } from './messages.js';
import { decodeSyncInfo, syncRequest, syncStateOf } from './sync-protocol.js';
import { parseLdapUrl } from './transport.js';

const ping = encodeSearch(7, { base: '', scope: 'base', filter: { present: 'objectClass' }, attributes: ['1.1'] });

describe('Frames', () => {
  test.each([1, 2, 3, 7, 1_000])('gives whole messages from pieces of %i bytes', (size) => {
    const stream = Buffer.concat([ping, encodeBind(8, 'cn=x', 'y'.repeat(300)), ping]);
    const frames = new Frames();
    const ids: number[] = [];
    for (let at = 0; at < stream.length; at += size) {
      for (const bytes of frames.push(stream.subarray(at, at + size))) ids.push(decodeMessage(bytes).id);
    }
    expect(ids).toEqual([7, 8, 7]);
  });

  test.each([
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['a TLS alert', Buffer.from('15030300020228', 'hex')],
    ['indefinite length', Buffer.from('3080', 'hex')],
    ['a length of five bytes', Buffer.from('308500000000ff', 'hex')],
    ['a gigabyte', Buffer.from('308440000000', 'hex')],
  ])('refuses %s', (_name, bytes) => {
    expect(() => new Frames().push(bytes)).toThrow(expect.objectContaining({ code: 'ProtocolError' }));
  });
});

describe('BerFields', () => {
  test.each(['04', '0405aa', '048400000001', '0484ffffffff', '04850000000001', '0480'])('refuses %s', (hex) => {
    expect(() => new BerFields(Buffer.from(hex, 'hex')).next()).toThrow(
      expect.objectContaining({ code: 'ProtocolError' }),
    );
  });

  test('any cut of a message is refused, never misread', () => {
    const whole = ping.subarray(2);
    expect(decodeMessage(whole).id).toBe(7);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodeMessage(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'ProtocolError' }),
      );
    }
  });
});

describe('sync controls', () => {
  const uuid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const state = (code: number, id: Buffer): Buffer => {
    const writer = new BerWriter();
    writer.startSequence();
    writer.writeEnumeration(code);
    writer.writeBuffer(id, 4);
    writer.endSequence();
    return writer.buffer;
  };
  const control = (value: Buffer) => [{ oid: '1.3.6.1.4.1.4203.1.9.1.2', value }];

  test('entry states', () => {
    expect(syncStateOf(control(state(3, uuid)))).toEqual({
      state: 'delete',
      uuid: '00112233-4455-6677-8899-aabbccddeeff',
    });
    expect(syncStateOf([])).toBeUndefined();
  });

  test.each([
    ['an unknown state', state(9, uuid)],
    ['a short UUID', state(1, uuid.subarray(1))],
    ['nothing', Buffer.alloc(0)],
  ])('refuse %s', (_name, value) => {
    expect(() => syncStateOf(control(value))).toThrow(expect.objectContaining({ code: 'ProtocolError' }));
  });

  test('information: defaults as RFC 4533 has them', () => {
    expect(decodeSyncInfo(Buffer.from('a100', 'hex'))).toEqual({ kind: 'refreshDelete', refreshDone: true });
    expect(decodeSyncInfo(Buffer.from('a203010100', 'hex'))).toEqual({ kind: 'refreshPresent', refreshDone: false });
    expect(decodeSyncInfo(Buffer.from('a3023100', 'hex'))).toEqual({ kind: 'idSet', deleted: false, uuids: [] });
    expect(decodeSyncInfo(Buffer.from('8002abcd', 'hex'))).toEqual({
      kind: 'newCookie',
      cookie: Buffer.from('abcd', 'hex'),
    });
    expect(decodeSyncInfo(Buffer.from('a900', 'hex'))).toBeUndefined();
  });

  test('the request carries a binary cookie unharmed', () => {
    const cookie = Buffer.from('00ff80c3', 'hex');
    expect(syncRequest('refreshAndPersist', cookie).value?.toString('hex')).toContain('040400ff80c3');
  });
});

describe('cookies', () => {
  const scope = { base: 'dc=x', filter: {}, attributes: ['*'] };
  const csns = 'rid=000,csn=20260101000000.000001Z#000000#001#000000;20260102000000.000001Z#000000#002#000000';
  const wrapped = wrapCookie(Buffer.from(csns), 'ldap://a', scope);

  test('come back for the same search only', () => {
    const unwrapped = unwrapCookie(wrapped, scope);
    expect(unwrapped?.cookie.toString()).toBe(csns);
    expect([unwrapped?.isOf('ldap://a'), unwrapped?.isOf('ldap://b')]).toEqual([true, false]);
    for (const other of [{ base: 'dc=y' }, { filter: { present: 'a' } }, { attributes: ['cn'] }]) {
      expect(unwrapCookie(wrapped, { ...scope, ...other })).toBeUndefined();
    }
    expect(unwrapCookie(undefined, scope)).toBeUndefined();
  });

  test('any damage is noticed', () => {
    for (let at = 0; at < wrapped.length; at += 1) {
      const damaged = wrapped.slice(0, at) + (wrapped[at] === 'A' ? 'B' : 'A') + wrapped.slice(at + 1);
      expect(unwrapCookie(damaged, scope)).toBeUndefined();
    }
  });
});

describe('URLs', () => {
  test.each([
    ['ldap://h', { kind: 'ldap', host: 'h', port: 389 }],
    ['ldaps://h.example.org/', { kind: 'ldaps', host: 'h.example.org', port: 636 }],
    ['ldaps://[::1]:1636', { kind: 'ldaps', host: '::1', port: 1636 }],
    ['ldapi://%2Frun%2Fldapi', { kind: 'ldapi', path: '/run/ldapi' }],
  ])('%s', (url, address) => {
    expect(parseLdapUrl(url)).toMatchObject(address);
  });

  test.each(['', 'ldap://', 'http://h', 'ldap://h/dc=x', 'ldap://h?cn', 'ldapi://', 'ldapi://run', 'ldap://h:x'])(
    '%j is refused',
    (url) => {
      expect(() => parseLdapUrl(url)).toThrow('is no LDAP URL');
    },
  );
});
