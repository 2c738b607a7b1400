// SPDX-License-Identifier: Apache-2.0
// What a refresh means for entries it does not name, and what the store makes of it: with servers at their worst.
import { describe, expect, test } from '@jest/globals';
import { BASE, sample } from '../testing/sample.js';
import { BerWriter } from './ber.js';
import { EntryStore } from './entry-store.js';
import { type LdapMessage, OP } from './messages.js';
import { Collector } from './refresh.js';
import { SYNC_OID } from './sync-protocol.js';
import type { SyncBatch } from './types.js';

function id(n: number): Buffer {
  return Buffer.from(n.toString(16).padStart(32, '0'), 'hex');
}
function uuid(n: number): string {
  return `00000000-0000-0000-0000-${n.toString(16).padStart(12, '0')}`;
}

function write(fill: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter();
  fill(writer);
  return writer.buffer;
}

function entryMessage(n: number, state: number, dn = `cn=e${n},${BASE}`, cookie?: string): LdapMessage {
  const body = write((writer) => {
    writer.writeString(dn);
    writer.startSequence();
    writer.startSequence();
    writer.writeString('cn');
    writer.startSequence(0x31);
    writer.writeString(`e${n}`);
    writer.endSequence();
    writer.endSequence();
    writer.endSequence();
  });
  const value = write((writer) => {
    writer.startSequence();
    writer.writeEnumeration(state);
    writer.writeBuffer(id(n), 4);
    if (cookie !== undefined) writer.writeString(cookie);
    writer.endSequence();
  });
  return { id: 1, op: OP.searchEntry, body, controls: [{ oid: SYNC_OID.state, value }] };
}

function info(fill: (writer: BerWriter) => void): LdapMessage {
  const body = write((writer) => {
    writer.writeString(SYNC_OID.info, 0x80);
    writer.writeBuffer(write(fill), 0x81);
  });
  return { id: 1, op: OP.intermediate, body, controls: [] };
}

const done = (tag: 0xa1 | 0xa2): LdapMessage =>
  info((writer) => {
    writer.startSequence(tag);
    writer.endSequence();
  });

function idSet(numbers: readonly number[], deletes: boolean): LdapMessage {
  return info((writer) => {
    writer.startSequence(0xa3);
    writer.writeBoolean(deletes);
    writer.startSequence(0x31);
    for (const n of numbers) writer.writeBuffer(id(n), 4);
    writer.endSequence();
    writer.endSequence();
  });
}

const [PRESENT, ADD, DELETE] = [0, 1, 3];
const wrap = (cookie: Buffer): string => cookie.toString('latin1');

function batchOf(trusted: boolean, ...messages: LdapMessage[]): SyncBatch {
  const collector = new Collector(trusted);
  for (const message of messages) collector.accept(message);
  expect(collector.refreshed).toBe(true);
  return collector.take(wrap);
}

/** A store of entries 1, 2, 3. */
function filled(): EntryStore {
  const store = new EntryStore();
  store.stage(batchOf(false, ...[1, 2, 3].map((n) => entryMessage(n, ADD)), done(0xa1))).commit();
  return store;
}

function after(batch: SyncBatch): string[] {
  const store = filled();
  const staged = store.stage(batch);
  return [...staged.entries()].map((entry) => entry.uuid).sort();
}

describe('a refresh with a trusted cookie', () => {
  test('delete phase: who is not named stays', () => {
    expect(after(batchOf(true, idSet([2], true), entryMessage(4, ADD), done(0xa1)))).toEqual([1, 3, 4].map(uuid));
  });

  test('present phase: who is not named goes', () => {
    expect(after(batchOf(true, idSet([1, 2], false), done(0xa2)))).toEqual([1, 2].map(uuid));
    expect(after(batchOf(true, entryMessage(3, PRESENT), entryMessage(1, ADD), done(0xa2)))).toEqual([1, 3].map(uuid));
  });

  test('present phase followed by a delete phase', () => {
    const present = info((writer) => {
      writer.startSequence(0xa2);
      writer.writeBoolean(false);
      writer.endSequence();
    });
    expect(after(batchOf(true, idSet([1, 2], false), present, entryMessage(2, DELETE), done(0xa1)))).toEqual([uuid(1)]);
  });

  test('an empty present list means what it says: the guard judges it, not the reader', () => {
    expect(after(batchOf(true, done(0xa2)))).toEqual([]);
  });
});

describe('a refresh without a trusted cookie', () => {
  test.each([0xa1, 0xa2] as const)('is the whole content, whatever phase 0x%s the server names', (tag) => {
    expect(after(batchOf(false, entryMessage(1, ADD), entryMessage(5, ADD), done(tag)))).toEqual([1, 5].map(uuid));
  });
});

test('after the refresh, batches change only what they name', () => {
  const collector = new Collector(false);
  for (const message of [entryMessage(1, ADD), done(0xa1)]) collector.accept(message);
  expect(collector.take(wrap)).toMatchObject({ phase: 'refresh', unnamed: 'absent' });
  collector.accept(entryMessage(2, ADD, undefined, 'cookie2'));
  expect(collector.size).toBeGreaterThan(0);
  expect(collector.take(wrap)).toMatchObject({ phase: 'persist', unnamed: 'keep', cookie: 'cookie2' });
  expect(collector.size).toBe(0);
});

test('a cookie said again is no news', () => {
  const collector = new Collector(true);
  const cookie = (text: string): LdapMessage => info((writer) => writer.writeString(text, 0x80));
  for (const message of [done(0xa1), cookie('a')]) collector.accept(message);
  collector.take(wrap);
  collector.accept(cookie('a'));
  expect(collector.size).toBe(0);
  collector.accept(cookie('b'));
  expect(collector.size).toBe(1);
});

describe('EntryStore', () => {
  test('a staging that is not committed changes nothing', () => {
    const store = filled();
    store.stage(batchOf(true, idSet([1, 2, 3], true), done(0xa1)));
    expect([...store.entries()]).toHaveLength(3);
  });

  test('an outdated staging cannot be committed', () => {
    const store = filled();
    const first = store.stage(batchOf(true, entryMessage(4, ADD), done(0xa1)));
    const second = store.stage(batchOf(true, entryMessage(5, ADD), done(0xa1)));
    second.commit();
    expect(() => first.commit()).toThrow('another batch');
  });

  test('children that come before their parent are linked', () => {
    const { orders, server1, vms } = sample();
    const store = new EntryStore([server1!, orders!, vms!]);
    expect(store.get(server1!.uuid)?.parentUuid).toBe(orders!.uuid);
    expect(store.lineage(server1!.uuid).map(({ rdn }) => rdn)).toEqual(['ou=vms', 'cn=orders', 'cn=server1']);
  });

  test('of a renamed container the whole depth follows', () => {
    const store = new EntryStore(Object.values(sample()));
    const vms = [...store.entries()].find(({ rdn }) => rdn === 'ou=vms')!;
    const changes = [{ kind: 'put', entry: { ...vms, dn: `ou=machines,${BASE}` } }] as const;
    const staged = store.stage({ phase: 'persist', changes, unnamed: 'keep', present: new Set(), cookie: undefined });
    const dns = [...staged.entries()].map(({ dn }) => dn);
    expect(dns).toContain(`cn=server1,cn=orders,ou=machines,${BASE}`);
    expect(dns.filter((dn) => dn.includes('ou=vms'))).toEqual([]);
    expect(staged.changes).toHaveLength(1 + 2 + 5);
  });

  test('a hundred thousand entries', () => {
    const from = process.cpuUsage();
    const changes = Array.from({ length: 100_000 }, (_, n) => ({
      kind: 'put' as const,
      entry: {
        uuid: uuid(n),
        dn: n % 10 === 0 ? `cn=vm${n},${BASE}` : `cn=p${n},cn=vm${n - (n % 10)},${BASE}`,
        attributes: new Map(),
      },
    }));
    const store = new EntryStore();
    store.stage({ phase: 'refresh', changes, unnamed: 'absent', present: new Set(), cookie: undefined }).commit();
    expect(store.get(uuid(99_999))?.parentUuid).toBe(uuid(99_990));
    expect(process.cpuUsage(from).user / 1e6).toBeLessThan(10);
  });
});
