// SPDX-License-Identifier: Apache-2.0
// The audit: every write, decision and token, asked for and what came of it, old and new values, and no secret.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { apiErrorSchema, auditViewSchema, heldViewSchema, page, topologyViewSchema } from '@drvs/contracts';
import type { AuditView } from '@drvs/contracts';
import { pruneAudit } from '@drvs/manager/audit/audit.store';
import { withDatabase } from '@drvs/manager/database/one-shot';
import pg from 'pg';
import { Fixture, until } from './fixture.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(60_000);

describe('the audit', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await Fixture.start();
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1) + slapd.nodeEntry('node2', 2));
    await slapd.add(slapd.vmEntry('vm1', 1, ['node1']));
    await until(
      'the VM',
      () => fixture.get('topology', topologyViewSchema),
      ({ vms, nodes }) => vms.length === 1 && nodes.length === 2,
    );
  }, 60_000);
  afterAll(() => fixture.close());

  const rows = async (query = ''): Promise<AuditView[]> =>
    (await fixture.get(`audit${query}`, page(auditViewSchema.strict()).strict())).items;
  const write = async (ldif: string, more: object = {}, token?: string): Promise<string> => {
    const init = { method: 'POST', body: JSON.stringify({ ldif, ...more }), ...(token !== undefined && { token }) };
    const { status, body } = await fixture.request('changes', init);
    return status === 200 ? 'done' : `${status} ${apiErrorSchema.parse(body).code}`;
  };

  test('a write is asked for, and done, with old and new values and without its password', async () => {
    const dn = fixture.slapd.nodeDn('node1');
    const ldif = `dn: ${dn}\nchangetype: modify\nreplace: drvsLabel\ndrvsLabel: rack=7\n-\nreplace: userPassword\nuserPassword: hunter2\n`;

    expect(await write(ldif, { reason: 'moved' })).toBe('done');

    const [done, asked] = await rows('?action=change');
    expect(asked).toMatchObject({ outcome: 'asked', actor: 'token:admin', address: '127.0.0.1', reason: 'moved' });
    expect(done).toMatchObject({ outcome: 'done', request: asked?.request, reason: 'moved', target: asked?.target });
    expect(done?.before).toEqual({ [dn]: { drvslabel: [] } });
    expect(done?.after).toEqual({ [dn]: { drvslabel: ['rack=7'], userpassword: ['(set)'] } });
    expect(JSON.stringify(await rows())).not.toMatch(/hunter2|SSHA|drvs_[\w-]{20}/);
  });

  test('refused writes are recorded whatever refused them: role, shape, rule, plan, directory', async () => {
    const viewer = await fixture.newToken('viewer');
    const { slapd } = fixture;
    const bad = slapd.vmEntry('vm9', 9, ['node1']).replace('\n\n', '\nnoSuchAttribute: x\n\n');
    const before = (await rows())[0]?.id ?? '0';

    expect(await write('dn: x', {}, viewer)).toBe('403 RoleInsufficient');
    expect(await write('nonsense')).toMatch(/^422/);
    expect(await write(`dn: cn=none,ou=vms,${slapd.base}\nchangetype: delete\n`)).toBe('422 EntryAbsent');
    expect(await write(`dn: ${slapd.nodeDn('node2')}\nchangetype: delete\n`)).toBe('409 PlanNeeded');
    expect(await write(bad)).toBe('502 DirectoryRefused');

    const since = await rows(`?after=${before}&order=asc&action=change`);
    expect(since.map(({ actor, outcome, message }) => [actor, outcome, message ?? ''])).toEqual([
      ['token:viewer', 'refused', expect.stringMatching(/^RoleInsufficient/)],
      ['token:admin', 'refused', expect.stringMatching(/^[A-Z]/)],
      ['token:admin', 'asked', ''],
      ['token:admin', 'refused', expect.stringMatching(/operation 1/)],
      ['token:admin', 'asked', ''],
      ['token:admin', 'refused', expect.stringMatching(/would end/)],
      ['token:admin', 'asked', ''],
      ['token:admin', 'failed', expect.stringMatching(/operation 1/)],
    ]);
  });

  test('a decision on what is held is recorded, with what was held; a dry run of one only shows it', async () => {
    const { slapd } = fixture;
    await slapd.delete(slapd.nodeDn('node2'));
    await slapd.delete(slapd.nodeDn('node1'));
    const held = await until(
      'the nodes to be held',
      () => fixture.get('held', heldViewSchema),
      ({ items }) => items.length > 0,
    );

    const dry = await fixture.post('held/refuse?dryRun=true', { hash: held.hash });
    expect(heldViewSchema.parse(dry.body)).toEqual(held);
    expect(await rows('?action=held.refuse')).toEqual([]);
    const stale = await fixture.post('held/refuse', { hash: 'old' });
    expect(stale.status).toBe(409);
    expect((await fixture.post('held/refuse', { hash: held.hash, reason: 'by mistake' })).status).toBe(200);

    const [done, asked, refused] = await rows('?action=held.refuse');
    expect(refused).toMatchObject({ outcome: 'refused', message: expect.stringMatching(/^HeldSetChanged/) });
    expect(asked).toMatchObject({ outcome: 'asked', target: held.hash, reason: 'by mistake' });
    expect(done).toMatchObject({ outcome: 'done', after: { decision: 'refused' } });
    expect(Object.keys(done?.before as object).sort()).toEqual(held.items.map(({ dn }) => dn).sort());
  });

  test('tokens are recorded by who made them on the host, and only admins read the audit', async () => {
    const [made] = await rows('?action=token.create');
    expect(made).toMatchObject({ system: null, target: 'viewer', outcome: 'done', after: { role: 'viewer' } });
    expect(made?.actor).toMatch(/^host:.+@.+/);
    const operator = await fixture.newToken('operator');
    const { status } = await fixture.request('audit', { token: operator });
    expect(status).toBe(403);
  });

  test('pages lose and repeat nothing in either order, and filters keep what they say', async () => {
    const all = await rows('?limit=1000');
    const paged: AuditView[] = [];
    for (let cursor = ''; ;) {
      const part = await fixture.get(`audit?limit=3&order=asc${cursor}`, page(auditViewSchema));
      paged.push(...part.items);
      if (part.next === null) break;
      cursor = `&cursor=${part.next}`;
    }
    expect(paged.map(({ id }) => id)).toEqual(all.map(({ id }) => id).reverse());
    const middle = all[4]?.at ?? '';
    expect(await rows(`?since=${middle}`)).toEqual(all.filter(({ at }) => at >= middle));
    expect(await rows(`?until=${middle}&outcome=done`)).toEqual(
      all.filter(({ at, outcome }) => at < middle && outcome === 'done'),
    );
    expect((await fixture.request('audit?since=yesterday')).status).toBe(400);
  });

  test('retention removes what is older than the setting says, and says so; nothing removes what is young', async () => {
    const client = new pg.Client({ connectionString: fixture.databaseUrl });
    await client.connect();
    await client.query(
      `INSERT INTO audit (at, actor, action, target) VALUES (now() - interval '50 days', 'a', 'old', 'x')`,
    );
    await expect(client.query('DELETE FROM audit')).rejects.toThrow(/append only/);
    await client.end();
    const prune = (days: number): Promise<number> =>
      withDatabase(fixture.databaseUrl, (manager) => pruneAudit(manager, days));

    expect(await prune(60)).toBe(0);
    expect(await prune(40)).toBe(1);

    expect(await rows('?action=old')).toEqual([]);
    expect((await rows())[0]).toMatchObject({ actor: 'manager', action: 'audit.prune', after: { removed: 1 } });
    await expect(prune(0)).rejects.toThrow(/append only/);
  });
});
