// SPDX-License-Identifier: Apache-2.0
// A client generated from docs/reference/openapi.json, as a user of the API would generate one, calls every operation of it
// on a manager with real slapd and Postgres.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import createClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import { Fixture, SYSTEM, until } from './fixture.js';
import type { paths } from './generated/api.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(60_000);

const DOCUMENT = new URL('../../../../docs/reference/openapi.json', import.meta.url);
const VMS = [1, 2, 3, 4, 5];
const path = { system: SYSTEM };

function operationsOf(document: string): string[] {
  const { paths: all } = JSON.parse(document) as { paths: Record<string, object> };
  return Object.entries(all).flatMap(([route, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`),
  );
}

describe('a client generated from the OpenAPI document', () => {
  const called = new Set<string>();
  let fixture: Fixture;
  let client: Client<paths>;
  beforeAll(async () => {
    fixture = await Fixture.start();
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1));
    for (const id of VMS) await slapd.add(slapd.vmEntry(`vm${id}`, id, ['node1']));
    client = createClient<paths>({
      baseUrl: `http://${fixture.address}`,
      headers: { authorization: `Bearer ${await fixture.newToken('admin', 'client')}` },
    });
    client.use({
      onRequest({ request, schemaPath }) {
        called.add(`${request.method} ${schemaPath}`);
      },
    });
    await until(
      'the VMs',
      () => client.GET('/api/v1/systems/{system}/vms', { params: { path } }),
      ({ data }) => data?.items.length === VMS.length,
    );
  }, 60_000);
  afterAll(() => fixture.close());

  test('reads what is wanted and what is real', async () => {
    const { data: topology } = await client.GET('/api/v1/systems/{system}/topology', { params: { path } });
    const { data: status } = await client.GET('/api/v1/systems/{system}/status', { params: { path } });
    const { data: nodes } = await client.GET('/api/v1/systems/{system}/nodes', { params: { path } });
    const { data: node } = await client.GET('/api/v1/systems/{system}/nodes/{name}', {
      params: { path: { ...path, name: 'node1' } },
    });
    const { data: vm } = await client.GET('/api/v1/systems/{system}/vms/{name}', {
      params: { path: { ...path, name: 'vm2' } },
    });
    const { data: processes } = await client.GET('/api/v1/systems/{system}/processes', {
      params: { path, query: { vm: 'vm2' } },
    });
    const { data: problems } = await client.GET('/api/v1/systems/{system}/problems', { params: { path } });
    const { data: conditions } = await client.GET('/api/v1/systems/{system}/conditions', { params: { path } });

    expect(topology?.vms.map(({ vmId }) => vmId)).toEqual(VMS);
    expect(status?.nodes).toBeDefined();
    expect(nodes?.items.map(({ name }) => name)).toEqual(['node1']);
    expect(node?.nodeId).toBe(1);
    expect(vm?.vmId).toBe(2);
    expect([processes?.items, problems?.items]).toEqual([[], []]);
    expect(conditions?.revision).toBe(topology?.revision);
  });

  test('goes through pages', async () => {
    const names: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = { limit: 2, ...(cursor !== undefined && { cursor }) };
      const { data } = await client.GET('/api/v1/systems/{system}/vms', { params: { path, query } });
      names.push(...(data?.items ?? []).map(({ name }) => name));
      cursor = data?.next ?? null;
    }

    expect(names).toEqual(VMS.map((id) => `vm${id}`));
  });

  test('plans, writes once per key, reads the history and the way back, and finds itself in the audit', async () => {
    const dn = fixture.slapd.vmDn('vm1');
    const body = {
      operations: [
        {
          op: 'modify' as const,
          dn,
          changes: [{ op: 'add' as const, attribute: 'description', values: ['by client'] }],
        },
      ],
    };
    const { data: plan } = await client.POST('/api/v1/systems/{system}/plan', { params: { path }, body });
    expect(plan?.faults).toEqual([]);
    const headers = { 'Idempotency-Key': 'client-1' };
    const write = (): Promise<string | undefined> =>
      client
        .POST('/api/v1/systems/{system}/changes', { params: { path, header: headers }, body })
        .then(({ data, error }) => (data !== undefined && 'state' in data ? data.id : JSON.stringify(error)));
    const id = await write();
    expect(await write()).toBe(id);
    const { data: change } = await client.GET('/api/v1/systems/{system}/changes/{id}', {
      params: { path: { ...path, id: id ?? '' } },
    });
    expect(change).toMatchObject({ state: 'done', written: 1 });

    const { data: revisions } = await client.GET('/api/v1/systems/{system}/revisions', { params: { path } });
    const revision = revisions?.items[0]?.revision ?? '';
    const at = { params: { path: { ...path, revision } } };
    const { data: shown } = await client.GET('/api/v1/systems/{system}/revisions/{revision}', at);
    const { data: ldif } = await client.GET('/api/v1/systems/{system}/revisions/{revision}/ldif', at);
    const { data: rollback } = await client.GET('/api/v1/systems/{system}/revisions/{revision}/rollback', at);
    expect(shown?.revision).toBe(revision);
    expect(JSON.stringify(ldif)).toContain('by client');
    expect(rollback).toBeDefined();

    const { data: audit } = await client.GET('/api/v1/systems/{system}/audit', { params: { path } });
    expect(audit?.items.map(({ actor }) => actor)).toContain('token:client');
  });

  test('follows events to the newest one', async () => {
    const { response } = await client.GET('/api/v1/systems/{system}/events', {
      params: { path, query: { after: '0', follow: 'false' } },
      parseAs: 'stream',
    });

    expect(await response.text()).toMatch(/^data: \{.*"kind":"revision"/m);
  });

  test('begins an operation and sees it to its end', async () => {
    const { data: begun, response } = await client.POST('/api/v1/systems/{system}/operations', {
      params: { path },
      body: { kind: 'drain', node: 'node1', limitSeconds: 0, reason: 'a client tries it' },
    });
    expect(response.status).toBe(202);
    const id = begun !== undefined && 'id' in begun ? begun.id : '';
    const one = { params: { path: { ...path, id } } };
    const { data: listed } = await client.GET('/api/v1/systems/{system}/operations', { params: { path } });
    expect(listed?.items.map((item) => item.id)).toContain(id);
    const stopped = await client.POST('/api/v1/systems/{system}/operations/{id}/stop', one);
    const resumed = await client.POST('/api/v1/systems/{system}/operations/{id}/resume', one);
    for (const { data, error } of [stopped, resumed]) expect(data?.id ?? error?.code).toBeDefined();
    const { data: shown } = await client.GET('/api/v1/systems/{system}/operations/{id}', one);
    expect(shown?.reason).toBe('a client tries it');
  });

  test('decides on what is held', async () => {
    for (const id of VMS) await fixture.slapd.delete(fixture.slapd.vmDn(`vm${id}`));
    const { data: held } = await until(
      'the guard to hold them',
      () => client.GET('/api/v1/systems/{system}/held', { params: { path } }),
      ({ data }) => data?.hash !== undefined && data.effects.placementsRemoved === VMS.length,
    );
    const hash = held?.hash ?? '';

    const rehearsed = await client.POST('/api/v1/systems/{system}/held/confirm', {
      params: { path, query: { dryRun: 'true' } },
      body: { hash },
    });
    const stale = await client.POST('/api/v1/systems/{system}/held/confirm', {
      params: { path },
      body: { hash: 'another', reason: 'on purpose' },
    });
    const refused = await client.POST('/api/v1/systems/{system}/held/refuse', {
      params: { path },
      body: { hash, reason: 'they are needed' },
    });

    expect(rehearsed.data).toMatchObject({ hash });
    expect([stale.response.status, stale.error?.code]).toEqual([409, 'HeldSetChanged']);
    expect(refused.data).toMatchObject({ decision: 'refused' });
  });

  test('is told why, with a remedy, where something cannot be', async () => {
    const { error, response } = await client.GET('/api/v1/systems/{system}/processes/{vm}/{process}/log', {
      params: { path: { ...path, vm: 'vm1', process: 'nobody' } },
    });

    expect(response.status).toBe(404);
    expect(error?.remedy).not.toBe('');
  });

  test('has called every operation of the document', () => {
    expect([...called].sort()).toEqual(operationsOf(readFileSync(DOCUMENT, 'utf8')).sort());
  });
});
