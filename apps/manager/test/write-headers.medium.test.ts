// SPDX-License-Identifier: Apache-2.0
// What every write of the API takes, asked by the client that is generated from its document: a dry run, the revision that
// it goes by, and a key by which it is done once.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ManagerFrame } from '@drvs/contracts';
import { pruneKeys } from '@drvs/manager/api/write-key.store';
import { withDatabase } from '@drvs/manager/database/one-shot';
import createClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import { FakeAgent } from './fake-agent.js';
import { Fixture, SYSTEM, until } from './fixture.js';
import type { Answer } from './fixture.js';
import type { paths } from './generated/api.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(60_000);

const PASSWORD = 'node1-secret';
const VMS = ['alpha', 'beta', 'gamma', 'delta'];
const BASE = '/api/v1/systems/{system}';
const path = { system: SYSTEM };
const restart = { kind: 'restart', vm: 'alpha', reason: 'new keys' } as const;
/** Not the present revision. */
const STALE = '"0"';

interface Said {
  readonly response: Response;
  readonly data?: unknown;
  readonly error?: unknown;
}
/** `409 NothingHeld`, or only the status where it was not refused. */
const codeOf = ({ response, error }: Said): string =>
  [response.status, (error as { code?: string } | undefined)?.code ?? ''].join(' ').trim();

const hasTwo = ({ body }: Answer): boolean => (body as { items: unknown[] }).items.length === 2;

describe('every write', () => {
  let fixture: Fixture;
  let agent: FakeAgent;
  let api: Client<paths>;
  let desired: Extract<ManagerFrame, { type: 'desired' }>;
  beforeAll(async () => {
    fixture = await Fixture.start();
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1, [`userPassword: ${PASSWORD}`]));
    await slapd.add(
      VMS.map(
        (name, id) =>
          slapd.vmEntry(name, id, ['node1']) +
          slapd.processEntry(name, 'server', 1, 'node1', name === 'alpha' ? ['drvsExec: /bin/true'] : []),
      ).join(''),
    );
    await fixture.known('node1');
    agent = await FakeAgent.join(fixture.agentOptions('node1', PASSWORD), { capabilities: ['command'] });
    desired = await agent.next('desired', ({ document }) => document.vms.length === VMS.length);
    agent.reportBound(desired);
    agent.apply(desired);
    const authorization = `Bearer ${await fixture.newToken('admin', 'client')}`;
    api = createClient<paths>({ baseUrl: `http://${fixture.address}`, headers: { authorization } });
    await until(
      'all to be bound',
      () => api.GET(`${BASE}/topology`, { params: { path } }),
      ({ data }) => data?.vms.every(({ processes }) => processes[0]?.state === 'bound') ?? false,
    );
  });
  afterAll(async () => {
    agent.close();
    await fixture.close();
  });

  test('a change set is rehearsed, and written once', async () => {
    const ldif = fixture.slapd.processEntry('beta', 'second', 2, 'node1');
    const { data: plan } = await api.POST(`${BASE}/plan`, { params: { path }, body: { ldif } });
    const dry = await api.POST(`${BASE}/changes`, { params: { path, query: { dryRun: 'true' } }, body: { ldif } });
    expect(dry.data).toEqual(plan);
    for (const dryRun of ['true', 'false'] as const) {
      const stale = { path, query: { dryRun }, header: { 'If-Match': STALE } };
      expect(codeOf(await api.POST(`${BASE}/changes`, { params: stale, body: { ldif } }))).toBe('412 RevisionChanged');
    }
    const header = { 'Idempotency-Key': 'once', 'If-Match': `"${plan?.revision}"` };
    const write = () => api.POST(`${BASE}/changes`, { params: { path, header }, body: { ldif, plan: plan?.id } });
    const { data: change } = await write();
    expect((await write()).data).toEqual(change);
    expect(change).toMatchObject({ state: 'done' });
  });

  test('a plan is stale when by now it would end something else, and not when others change what it does not touch', async () => {
    const ldif = `dn: cn=server,${fixture.slapd.vmDn('delta')}\nchangetype: delete\n`;
    const plan = async () => (await api.POST(`${BASE}/plan`, { params: { path }, body: { ldif } })).data;
    const apply = (id = '') => api.POST(`${BASE}/changes`, { params: { path }, body: { ldif, plan: id } });
    const bound = await plan();
    expect(bound?.ends).toMatchObject([{ vm: 'delta', name: 'server', node: 'node1' }]);
    const gone = desired.document.vms.find(({ name }) => name === 'delta')?.vmId;
    agent.reportBound(desired, ({ processes }) => ({ processes: processes.filter(({ vmId }) => vmId !== gone) }));
    const unbound = await until('it to be unbound', plan, (view) => view?.ends.length === 0);

    const stale = await apply(bound?.id);
    agent.reportBound(desired);
    await until('it to be bound', plan, (view) => view?.ends.length === 1);
    const agreed = await apply(unbound?.id);

    expect([codeOf(stale), codeOf(agreed)]).toEqual(['409 PlanStale', '409 PlanStale']);
    await fixture.slapd.add(fixture.slapd.processEntry('gamma', 'beside', 2, 'node1'));
    await until('what is beside', () => fixture.request('processes?vm=gamma'), hasTwo);
    expect((await plan())?.id).toBe(bound?.id);
  });

  test('an operation is rehearsed, begun once and turned once', async () => {
    const begin = (params: object, more = {}) =>
      api.POST(`${BASE}/operations`, { params: { path, ...params }, body: { ...restart, ...more } });
    const dry = await begin({ query: { dryRun: 'true' } });
    expect(codeOf(dry)).toBe('200');
    expect(dry.data).toMatchObject({ kind: 'restart', targets: [{ node: 'node1', process: 'alpha/server' }] });
    expect(codeOf(await begin({ header: { 'If-Match': STALE } }))).toBe('412 RevisionChanged');
    expect((await api.GET(`${BASE}/operations`, { params: { path } })).data?.items).toEqual([]);
    const header = { 'Idempotency-Key': 'restart-1' };
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => begin({ header })));
    if (first?.data === undefined || !('id' in first.data)) throw new Error('nothing was begun');
    const { id } = first.data;
    expect(others.map(({ data }) => data)).toMatchObject([{ id }, { id }]);
    expect(codeOf(await begin({ header }, { reason: 'another' }))).toBe('422 IdempotencyKeyReused');
    expect((await api.GET(`${BASE}/operations`, { params: { path } })).data?.items).toHaveLength(1);

    const order = await agent.next('command', (frame) => frame.id.startsWith(id));
    agent.send({ type: 'outcome', id: order.id, accepted: false, code: 'NodeNotActive', message: 'cordoned' });
    const one = { ...path, id };
    const show = () => api.GET(`${BASE}/operations/{id}`, { params: { path: one } });
    await until('it to pause', show, ({ data }) => data?.state === 'paused');
    const resume = (params: object) => api.POST(`${BASE}/operations/{id}/resume`, { params: { path: one, ...params } });
    expect((await resume({ query: { dryRun: 'true' } })).data?.state).toBe('paused');
    expect(codeOf(await resume({ header: { 'If-Match': STALE } }))).toBe('412 RevisionChanged');
    const again = { header: { 'Idempotency-Key': 'resume-1' } };
    expect(await Promise.all([resume(again), resume(again)])).toMatchObject([{ data: { id } }, { data: { id } }]);
    expect(codeOf(await resume({}))).toBe('409 NotPaused');
    // The key that resumed it does not stop it.
    const stop = (params: object) => api.POST(`${BASE}/operations/{id}/stop`, { params: { path: one, ...params } });
    expect(codeOf(await stop(again))).toBe('422 IdempotencyKeyReused');
    expect((await stop({ query: { dryRun: 'true' } })).data?.state).toBe('running');
    const last = { header: { 'Idempotency-Key': 'stop-1' } };
    expect([(await stop(last)).data?.state, (await stop(last)).data?.state]).toEqual(['stopped', 'stopped']);
    expect(codeOf(await stop({}))).toBe('409 OperationEnded');
    const { data: audit } = await api.GET(`${BASE}/audit`, { params: { path, query: { action: 'operation-stop' } } });
    expect(audit?.items.map(({ outcome }) => outcome)).toEqual(['refused', 'done', 'refused']);
  });

  test.each(['refuse', 'confirm'] as const)('to %s what is held is rehearsed and done once', async (verb) => {
    await fixture.slapd.delete(`ou=vms,${fixture.slapd.base}`, { recursive: true });
    const read = () => api.GET(`${BASE}/held`, { params: { path } });
    const { data: held } = await until(
      'all to be held',
      read,
      ({ data }) => data?.effects.processesEnded === VMS.length,
    );
    const body = { hash: held?.hash ?? '', reason: 'looked at' };
    const decide = (params: object) => api.POST(`${BASE}/held/${verb}`, { params: { path, ...params }, body });
    expect((await decide({ query: { dryRun: 'true' } })).data).toEqual(held);
    expect(codeOf(await decide({ header: { 'If-Match': STALE } }))).toBe('412 RevisionChanged');
    expect((await read()).data).toEqual(held);

    const header = { 'Idempotency-Key': `${verb}-1` };
    const answers = await Promise.all([decide({ header }), decide({ header })]);

    expect(answers).toMatchObject([{ data: { decision: `${verb}${verb === 'refuse' ? 'd' : 'ed'}` } }, {}]);
    expect(answers[1].data).toEqual(answers[0].data);
    await until('nothing to be held', read, ({ data }) => data?.items.length === 0);
    expect((await decide({ header })).data).toEqual(answers[0].data);
    expect(codeOf(await decide({}))).toBe('409 NothingHeld');
  });

  test('a key is forgotten after a week', async () => {
    const keys = await withDatabase(fixture.databaseUrl, async (manager) => {
      await manager.query(`UPDATE write_key SET at = at - interval '8 days' WHERE idempotency_key = 'resume-1'`);
      await pruneKeys(manager);
      const rows: { key: string }[] = await manager.query('SELECT idempotency_key AS key FROM write_key ORDER BY 1');
      return rows.map(({ key }) => key);
    });
    expect(keys).toEqual(['confirm-1', 'refuse-1', 'restart-1', 'stop-1']);
  });
});
