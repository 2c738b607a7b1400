// SPDX-License-Identifier: Apache-2.0
// Content synchronisation with a server that does what no slapd here does: broken ones have been seen to.
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { SyncOptions } from '@drvs/directory';
import { type Answer, type FakeEntry, FakeProvider, type SyncRequest } from './fake-provider.js';
import { Follower } from './follower.js';

jest.setTimeout(60_000);

const BASE = 'ou=drvs,dc=example';
let provider: FakeProvider;
let follower: Follower;

afterEach(async () => {
  await follower.stop();
  await provider.close();
});

function entry(n: number): FakeEntry {
  const uuid = `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
  return { dn: `cn=e${n},${BASE}`, uuid, attributes: { cn: `e${n}` } };
}

const NAMES = ['cn=e1', 'cn=e2', 'cn=e3'];

function tellAll(answer: Answer, cookie: string): void {
  for (const n of [1, 2, 3]) answer.entry(entry(n));
  answer.refreshed('delete', cookie);
}

/** @param later answers searches after the first one, which is told all */
async function follow(later: (request: SyncRequest, answer: Answer) => void, more: Partial<SyncOptions> = {}) {
  let first = true;
  provider = await FakeProvider.start((request, answer) => {
    if (first) tellAll(answer, 'c1');
    else later(request, answer);
    first = false;
  });
  const server = { url: provider.url, managerDn: 'cn=reader', managerPassword: 'secret', base: BASE };
  follower = new Follower(server, more).start();
  await follower.current();
}

/** Ends the connection and begins again from what is stored. */
async function again(): Promise<void> {
  await follower.stop();
  follower.start();
}

describe('e-syncRefreshRequired (4096)', () => {
  test('for a cookie: everything is read anew, and what is gone is found by comparing', async () => {
    await follow((request, answer) => {
      if (request.cookie !== undefined) answer.end(4096, 'too old');
      else {
        answer.entry(entry(1));
        answer.refreshed('delete', 'c2');
      }
    });
    await again();
    await follower.until('the second content', () => follower.batches.length === 2);

    expect(provider.requests.map(({ cookie }) => cookie)).toEqual([undefined, 'c1', undefined]);
    expect(follower.batches[1]?.unnamed).toBe('absent');
    expect(follower.names()).toEqual(['cn=e1']);
    expect(follower.errors).toEqual([]);
  });

  test('while following: likewise, at once', async () => {
    let follow1: Answer | undefined;
    await follow((request, answer) => {
      if (request.cookie !== undefined) follow1 = answer;
      if (request.cookie !== undefined) answer.refreshed('delete', 'c1');
      else tellAll(answer, 'c2');
    });
    await again();
    await follower.until('it follows', () => follow1 !== undefined && follower.running.status().state === 'current');
    follow1?.end(4096);
    await follower.until('all is read', () => follower.batches.at(-1)?.unnamed === 'absent');
    expect(follower.names()).toEqual(NAMES);
  });

  test('to whoever has no cookie: an error, tried again, and nothing is deleted by it', async () => {
    let refusals = 0;
    await follow((request, answer) => {
      refusals += 1;
      if (request.cookie !== undefined || refusals < 4) answer.end(4096);
      else tellAll(answer, 'c2');
    });
    await again();
    await follower.until('it is current again', () => follower.running.status().state === 'current' && refusals >= 4);
    expect(follower.errors).toContain('SyncRefreshRequired');
    expect(follower.names()).toEqual(NAMES);
  });
});

describe('a refresh that breaks off', () => {
  test('cut within an entry: nothing of it is believed', async () => {
    let cut = false;
    await follow((_request, answer) => {
      if (cut) tellAll(answer, 'c3');
      else {
        const bytes = answer.encodeEntry(entry(9));
        answer.raw(bytes.subarray(0, bytes.length - 5));
        answer.cut();
      }
      cut = true;
    });
    await again();
    await follower.until('the next refresh', () => follower.batches.length === 2);
    expect(follower.names()).toEqual(NAMES);
    expect(follower.errors).toEqual(['Unreachable']);
  });

  test.each([
    [3, 'TimeLimitExceeded'],
    [4, 'SizeLimitExceeded'],
    [11, 'AdminLimitExceeded'],
    [80, 'Other'],
  ])('ended by result %i after some entries: %s, and what is stored stays', async (code, name) => {
    let refused = 0;
    await follow((_request, answer) => {
      refused += 1;
      answer.entry(entry(1));
      answer.end(code);
    });
    await again();
    await follower.until('the error', () => follower.errors.length > 0);
    expect(follower.errors[0]).toBe(name);
    expect(follower.running.status().error?.remedy).toMatch(/./);
    expect(follower.batches).toHaveLength(1);
    expect(follower.names()).toEqual(NAMES);
    expect(refused).toBeGreaterThan(0);
  });
});

describe('cookies', () => {
  test('one said twice is no news; the empty present list after it is judged by the caller', async () => {
    await follow((_request, answer) => answer.refreshed('present', 'c1'));
    const before = follower.cookie;
    follower.before = () => Promise.reject(new Error('held'));
    await again();
    await follower.until('the refusal', () => follower.errors.includes('HandlerFailed'));
    expect(follower.names()).toEqual(NAMES);
    expect(follower.cookie).toBe(before);
  });
});
