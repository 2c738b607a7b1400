// SPDX-License-Identifier: Apache-2.0
// What a refresh means for entries it does not name, and what the store makes of it: with servers at their worst.
import { describe, expect, test } from '@jest/globals';
import { BASE, sample } from '../testing/sample.js';
import { BerWriter } from './ber.js';
import { EntryStore } from './entry-store.js';
import { type LdapMessage, OP } from './messages.js';
import { Collector } from './refresh.js';
import { SYNC_OID } from './sync-protocol.js';
import type { SyncBatch, SyncChange, SyncedEntry } from './types.js';

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
  const collector = new Collector(trusted ? { cookie: Buffer.from('before') } : {});
  for (const message of messages) collector.accept(message);
  expect(collector.refreshed).toBe(true);
  return collector.take(wrap);
}

/** Pseudo-random numbers in [0, 1) that a failure can be repeated with. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
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
  const collector = new Collector();
  for (const message of [entryMessage(1, ADD), done(0xa1)]) collector.accept(message);
  expect(collector.take(wrap)).toMatchObject({ phase: 'refresh', unnamed: 'absent' });
  collector.accept(entryMessage(2, ADD, undefined, 'cookie2'));
  expect(collector.size).toBeGreaterThan(0);
  expect(collector.take(wrap)).toMatchObject({ phase: 'persist', unnamed: 'keep', cookie: 'cookie2' });
  expect(collector.size).toBe(0);
});

test('a cookie said again is no news', () => {
  const collector = new Collector({ cookie: Buffer.from('before') });
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

  const put = (n: number, dn: string, facts: Partial<SyncedEntry> = {}): SyncChange => ({
    kind: 'put',
    entry: { uuid: uuid(n), dn: `${dn},${BASE}`, attributes: new Map(), ...facts },
  });
  const batch = (...changes: SyncChange[]): SyncBatch => ({
    phase: 'persist',
    changes,
    unnamed: 'keep',
    present: new Set(),
    cookie: undefined,
  });
  const tree = (): EntryStore => {
    const store = new EntryStore();
    store.stage(batch(put(1, 'cn=a'), put(2, 'cn=b,cn=a'), put(3, 'cn=c,cn=b,cn=a'))).commit();
    return store;
  };
  const names = (store: EntryStore): string[] =>
    [...store.entries()].map(({ uuid: id, dn }) => `${id.slice(-1)} ${dn}`);

  test('what lies below an entry goes with it, when the whole subtree is followed', () => {
    const [store, filtered] = [tree(), tree()];
    expect(store.stage(batch({ kind: 'delete', uuid: uuid(1) })).changes).toHaveLength(3);
    const staged = filtered.stage({ ...batch({ kind: 'delete', uuid: uuid(1) }), filtered: true });
    expect(staged.changes.map((change) => change.uuid).sort()).toEqual([uuid(1), uuid(2)]);
    expect(staged.get(uuid(2))?.parentUuid).toBeUndefined();
  });

  test('a new entry takes the place of one that goes, in whatever order they come', () => {
    const news = [
      put(5, 'cn=b,cn=a'),
      put(4, 'cn=a'),
      { kind: 'delete', uuid: uuid(1) },
      put(6, 'cn=c,cn=b,cn=a'),
    ] as const satisfies SyncChange[];
    for (let turn = 0; turn < news.length; turn += 1) {
      const store = tree();
      store.stage(batch(...news.slice(turn), ...news.slice(0, turn))).commit();
      expect(names(store).sort()).toEqual([`4 cn=a,${BASE}`, `5 cn=b,cn=a,${BASE}`, `6 cn=c,cn=b,cn=a,${BASE}`]);
      expect(store.lineage(uuid(6)).map((entry) => entry.uuid)).toEqual([uuid(4), uuid(5), uuid(6)]);
      expect(store.find(`CN=a,${BASE}`)?.uuid).toBe(uuid(4));
    }
  });

  test('what comes with entries below it that did not come is doubted', () => {
    const doubt = (...changes: SyncChange[]): string | undefined => tree().stage(batch(...changes)).doubt;
    expect(doubt(put(7, 'cn=in', { hasSubordinates: true }))).toContain(`cn=in,${BASE}`);
    expect(doubt(put(7, 'cn=in', { hasSubordinates: true }), put(8, 'cn=x,cn=in'))).toBeUndefined();
    expect(doubt(put(1, 'cn=a', { hasSubordinates: true }))).toBeUndefined();
    expect(doubt({ kind: 'delete', uuid: uuid(1) }, put(1, 'cn=a', { hasSubordinates: true }))).toBeDefined();
    const old = { csn: '20260102000000.000001Z#000000#001#000000', createTimestamp: '20260101000000Z' };
    expect(doubt(put(7, 'cn=in', { ...old, hasSubordinates: true }), put(8, 'cn=x,cn=in'))).toBeDefined();
    const unknown = { ...batch(), unnamed: 'absent-except-present', present: new Set([uuid(9)]) } as const;
    expect(tree().stage(unknown).doubt).toContain(uuid(9));
  });

  test('thousands of batches against a naive model: same names, same parents', () => {
    const random = mulberry32(20260101);
    const pick = (n: number): number => Math.floor(random() * n);
    const [store, model] = [new EntryStore(), new Map<number, { rdn: string; parent: number }>()];
    const dnOf = (n: number): string => (n === 0 ? '' : `,${model.get(n)!.rdn}${dnOf(model.get(n)!.parent)}`);
    const below = (n: number, top: number): boolean => n === top || (n !== 0 && below(model.get(n)!.parent, top));
    for (let step = 1; step <= 3_000; step += 1) {
      const ids = [...model.keys()];
      const [id, parent] = [ids[pick(ids.length)] ?? 0, [0, ...ids][pick(ids.length + 1)]!];
      if (random() < 0.5 || id === 0) {
        model.set(step, { rdn: `cn=e${step}`, parent });
        store.stage(batch(put(step, dnOf(step).slice(1)))).commit();
      } else if (random() < 0.1) {
        for (const gone of ids.filter((other) => below(other, id))) model.delete(gone);
        store.stage(batch({ kind: 'delete', uuid: uuid(id) })).commit();
      } else if (!below(parent, id)) {
        model.set(id, { rdn: `cn=r${step}`, parent });
        store.stage(batch(put(id, dnOf(id).slice(1)))).commit();
      }
    }
    expect(model.size).toBeGreaterThan(10);
    const wanted = [...model.keys()].map((n) => `${uuid(n)} ${dnOf(n).slice(1)},${BASE}`);
    expect([...store.entries()].map((entry) => `${entry.uuid} ${entry.dn}`).sort()).toEqual(wanted.sort());
    for (const [n, { parent }] of model) {
      expect(store.get(uuid(n))?.parentUuid).toBe(parent === 0 ? undefined : uuid(parent));
    }
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
