// SPDX-License-Identifier: Apache-2.0
// The API as clients meet it: shapes, pages, errors, events.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  apiErrorSchema,
  apiEventSchema,
  conditionViewSchema,
  heldViewSchema,
  nodeViewSchema,
  page,
  problemViewSchema,
  processViewSchema,
  revisionViewSchema,
  topologyViewSchema,
  vmViewSchema,
} from '@drvs/contracts';
import type { ApiEvent } from '@drvs/contracts';
import { revokeTokens } from '@drvs/manager/access/api-token.store';
import { withDatabase } from '@drvs/manager/database/one-shot';
import { Fixture, SYSTEM, until } from './fixture.js';

const PASSWORD = 'node1-secret';
const VMS = ['alpha', 'beta', 'gamma'];

/** Reads an event stream until `enough`, or to its end. */
async function readEvents(
  fixture: Fixture,
  query: string,
  token: string,
  enough: (events: readonly ApiEvent[]) => boolean,
  headers: Record<string, string> = {},
): Promise<ApiEvent[]> {
  const abort = new AbortController();
  const response = await fetch(`http://${fixture.address}/api/v1/systems/${SYSTEM}/events${query}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: abort.signal,
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const events: ApiEvent[] = [];
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
      if (data !== undefined) events.push(apiEventSchema.parse(JSON.parse(data)));
      text = text.slice(end + 2);
    }
    if (enough(events)) break;
  }
  abort.abort();
  return events;
}

describe('the API', () => {
  let fixture: Fixture;
  let viewer: string;
  beforeAll(async () => {
    fixture = await Fixture.start({ checks: false });
    viewer = await fixture.newToken('viewer');
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1, [`userPassword: ${PASSWORD}`]) + slapd.nodeEntry('node2', 2));
    await slapd.add(
      VMS.map(
        (name, id) => slapd.vmEntry(name, id, ['node1', 'node2']) + slapd.processEntry(name, 'server', 1, 'node1'),
      ).join('') + slapd.nodeEntry('broken', 5000),
    );
    const agent = await fixture.join('node1', PASSWORD);
    const desired = await agent.next('desired', ({ document }) => document.vms.length === VMS.length);
    const by = {
      type: 'DirectoryDiffers',
      status: 'true',
      reason: 'Differs',
      message: 'm',
      since: new Date().toISOString(),
    } as const;
    const hand = { vmId: 77, name: 'by-hand', state: 'up', managed: false } as const;
    agent.reportBound(desired, { conditions: [by], vms: [hand] });
    agent.apply(desired);
    await slapd.add(slapd.processEntry('gamma', 'second', 2, 'node2'));
    await until(
      'the report',
      () => fixture.get('nodes/node1', nodeViewSchema),
      ({ state }) => state === 'Degraded',
    );
  }, 60_000);
  afterAll(() => fixture.close());

  test('every answer has exactly the shape of the contracts', async () => {
    await fixture.get('topology', topologyViewSchema.strict());
    await fixture.get('nodes', page(nodeViewSchema.strict()).strict());
    await fixture.get('vms', page(vmViewSchema.strict()).strict());
    await fixture.get('vms/alpha', vmViewSchema.strict());
    await fixture.get('processes', page(processViewSchema.strict()).strict());
    await fixture.get('revisions', page(revisionViewSchema.strict()).strict());
    await fixture.get('revisions/1', revisionViewSchema.strict());
    await fixture.get('held', heldViewSchema.strict());
    const problems = await fixture.get('problems', page(problemViewSchema.strict()).strict());
    expect(problems.items.map(({ dn }) => dn)).toEqual([fixture.slapd.nodeDn('broken')]);
    const conditions = await fixture.get('conditions', page(conditionViewSchema.strict()).strict());
    expect(conditions.items).toMatchObject([{ kind: 'node', name: 'node1', type: 'DirectoryDiffers' }]);
  });

  test('lists come in pages that lose and repeat nothing, and can be filtered', async () => {
    const names: string[] = [];
    let cursor = '';
    do {
      const part = await fixture.get(`vms?limit=2${cursor}`, page(vmViewSchema));
      expect(part.items.length).toBeLessThanOrEqual(2);
      names.push(...part.items.map(({ name }) => name));
      cursor = part.next === null ? '' : `&cursor=${part.next}`;
    } while (cursor !== '');
    expect(names).toEqual(VMS);

    const processes = await fixture.get('processes?vm=beta&node=node1', page(processViewSchema));
    expect(processes.items).toMatchObject([{ vm: 'beta', name: 'server', state: 'bound' }]);
    expect((await fixture.get('processes?node=node2', page(processViewSchema))).items).toHaveLength(1);
    const revisions = await fixture.get('revisions?limit=1', page(revisionViewSchema));
    const older = await fixture.get(`revisions?limit=1&cursor=${revisions.next}`, page(revisionViewSchema));
    expect(BigInt(older.items[0]?.revision ?? 0)).toBe(BigInt(revisions.items[0]?.revision ?? 0) - 1n);
  });

  test.each([
    ['nodes/nowhere', 404, 'NodeNotFound'],
    ['vms/none', 404, 'VmNotFound'],
    ['revisions/999', 404, 'RevisionNotFound'],
    ['revisions/abc', 404, 'RevisionNotFound'],
    ['nodes?limit=0', 400, 'RequestInvalid'],
    ['nodes?cursor=%21', 400, 'CursorInvalid'],
    ['events?after=x', 400, 'EventIdInvalid'],
    ['nothing', 404, 'NotFound'],
    ['/api/v1/systems/other/topology', 404, 'SystemUnknown'],
  ])('GET %s is answered %i %s', async (path, status, code) => {
    const answer = await fixture.request(path);

    expect(answer.status).toBe(status);
    expect(apiErrorSchema.parse(answer.body).code).toBe(code);
  });

  test('a token is needed, a revoked one is none, and a viewer decides nothing', async () => {
    const code = async (init: RequestInit & { token?: string }, path = 'nodes'): Promise<string> => {
      const { status, body } = await fixture.request(path, init);
      return `${status} ${apiErrorSchema.parse(body).code}`;
    };

    expect(await code({ headers: {} })).toBe('401 TokenMissing');
    expect(await code({ token: 'drvs_wrong' })).toBe('401 TokenInvalid');
    expect(await code({ token: viewer, method: 'POST', body: '{"hash":"x"}' }, 'held/refuse')).toBe(
      '403 RoleInsufficient',
    );
    expect((await fixture.request('nodes', { token: viewer })).status).toBe(200);
  });

  test('a revoked token ends the streams that it opened, and no others', async () => {
    const revoked = await fixture.newToken('viewer', 'leaver');
    const kept = readEvents(fixture, '', viewer, (seen) => seen.some(({ message }) => message.includes('farewell')));
    const response = await fetch(`http://${fixture.address}/api/v1/systems/${SYSTEM}/events`, {
      headers: { authorization: `Bearer ${revoked}` },
    });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect((await reader.read()).done).toBe(false);

    expect(await withDatabase(fixture.databaseUrl, (manager) => revokeTokens(manager, 'leaver'))).toBe(1);

    // The connection is cut: whatever the reader still had comes first.
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toThrow();
    expect(await fixture.request('events', { token: revoked })).toMatchObject({ status: 401 });
    await fixture.slapd.add(fixture.slapd.vmEntry('farewell', 99, ['node2']));
    expect((await kept).length).toBeGreaterThan(0);
    await fixture.slapd.delete(fixture.slapd.vmDn('farewell'));
    await until(
      'the VM to be gone',
      () => fixture.request('vms/farewell'),
      ({ status }) => status === 404,
    );
  }, 30_000);

  test('events are told in order, once, from where the reader stopped', async () => {
    const stored = await readEvents(fixture, '?after=0&follow=false', viewer, () => false);
    const kinds = new Set(stored.map(({ kind }) => kind));
    expect([...kinds]).toEqual(
      expect.arrayContaining(['revision', 'problem', 'node-state', 'process-state', 'condition']),
    );
    const ids = stored.map(({ id }) => BigInt(id));
    expect(ids).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(ids).size).toBe(ids.length);

    const middle = stored[3]?.id ?? '';
    const resumed = await readEvents(fixture, '?after=0&follow=false', viewer, () => false, {
      'last-event-id': middle,
    });
    expect(resumed).toEqual(stored.slice(4));

    const last = stored[stored.length - 1]?.id ?? '';
    const live = readEvents(fixture, `?after=${last}`, viewer, (events) => events.length > 0);
    const { slapd } = fixture;
    await slapd.add(slapd.processEntry('alpha', 'later', 2, 'node1'));
    expect((await live)[0]).toMatchObject({
      kind: 'revision',
      message: expect.stringContaining('cn=later') as unknown,
    });
  });

  test('a reader ahead of the newest event is told that it has lost its place', async () => {
    const events = await readEvents(fixture, '?after=999999999', viewer, (seen) => seen.length > 0);

    expect(events[0]?.kind).toBe('lost');
  });

  test('metrics tell the state, and the headers keep browsers out', async () => {
    const response = await fetch(`http://${fixture.address}/metrics`);
    const text = await response.text();

    expect(text).toMatch(/^drvs_manager_agent_sessions\{system="lab"\} 1$/m);
    expect(text).toMatch(/^drvs_manager_follower\{system="lab"\} 1$/m);
    expect(text).toMatch(/^drvs_manager_problems\{system="lab"\} 1$/m);
    expect(text).toMatch(/^drvs_manager_database_up 1$/m);
    expect(text).toMatch(/^drvs_manager_directory_rung\{system="lab",rung="refreshAndPersist"\} 1$/m);
    expect(text).toMatch(/^drvs_manager_directory_rung\{system="lab",rung="fullRead"\} 0$/m);
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    expect(response.headers.get('x-powered-by')).toBeNull();
  });
});
