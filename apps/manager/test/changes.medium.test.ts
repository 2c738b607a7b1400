// SPDX-License-Identifier: Apache-2.0
// Writing through the manager: planned, written all or not at all, followed, and never held when it was agreed to.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  apiErrorSchema,
  changeViewSchema,
  heldViewSchema,
  page,
  planConflictSchema,
  planViewSchema,
  processViewSchema,
  revisionLdifSchema,
  revisionViewSchema,
  rollbackViewSchema,
  topologyViewSchema,
} from '@drvs/contracts';
import type { ChangeView, PlanView, ProcessView } from '@drvs/contracts';
import pg from 'pg';
import type { FakeAgent } from './fake-agent.js';
import { Fixture, until } from './fixture.js';
import type { Answer } from './fixture.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(60_000);

const PASSWORD = 'node1-secret';
const VMS = [1, 2, 3, 4, 5];

describe('change sets', () => {
  let fixture: Fixture;
  let agent: FakeAgent;
  beforeAll(async () => {
    fixture = await Fixture.start();
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1, [`userPassword: ${PASSWORD}`]) + slapd.nodeEntry('node2', 2));
    await slapd.add(
      VMS.map(
        (id) => slapd.vmEntry(`vm${id}`, id, ['node1']) + slapd.processEntry(`vm${id}`, 'server', 1, 'node1'),
      ).join(''),
    );
    agent = await fixture.join('node1', PASSWORD);
    const desired = await agent.next('desired', ({ document }) => document.vms.length === VMS.length);
    agent.reportBound(desired);
    agent.apply(desired);
    await until(
      'all to be bound',
      () => fixture.get('topology', topologyViewSchema),
      ({ vms }) => vms.length === VMS.length && vms.every(({ processes }) => processes[0]?.state === 'bound'),
    );
  }, 60_000);
  afterAll(async () => {
    agent.close();
    await fixture.close();
  });

  const deleteVm = (id: number): string =>
    [`cn=server,cn=vm${id}`, `cn=vm${id}`]
      .map((rdn) => `dn: ${rdn},ou=vms,${fixture.slapd.base}\nchangetype: delete\n`)
      .join('\n');
  const plan = async (ldif: string): Promise<PlanView> => {
    const { status, body } = await fixture.post('plan', { ldif });
    expect(status).toBe(200);
    return planViewSchema.strict().parse(body);
  };
  const apply = (body: object, headers: Record<string, string> = {}): Promise<Answer> =>
    fixture.requestWith(headers, 'changes', { method: 'POST', body: JSON.stringify(body) });
  const done = ({ status, body }: Answer): ChangeView => {
    expect([status, body]).toEqual([200, expect.objectContaining({ state: 'done' })]);
    return changeViewSchema.strict().parse(body);
  };
  const codeOf = ({ status, body }: Answer): string => `${status} ${apiErrorSchema.parse(body).code}`;
  const processes = async (vm: string): Promise<ProcessView[]> =>
    (await fixture.get(`processes?vm=${vm}`, page(processViewSchema))).items;

  test('an addition is planned without being done, and done at the revision the answer names', async () => {
    const ldif = fixture.slapd.processEntry('vm1', 'second', 2, 'node1');
    const view = await plan(ldif);
    expect(view).toMatchObject({ operations: 1, faults: [], problems: [], ends: [], destructive: false });
    expect(view.objects).toMatchObject([{ kind: 'process', op: 'add' }]);
    expect(view.nodes).toEqual([{ node: 'node1', fields: [expect.stringContaining('second')] }]);
    const dry = await fixture.request('changes?dryRun=true', { method: 'POST', body: JSON.stringify({ ldif }) });
    expect(planViewSchema.parse(dry.body)).toEqual(view);
    expect(await processes('vm1')).toHaveLength(1);

    const change = done(await apply({ ldif, reason: 'a second one' }));

    expect((await processes('vm1')).map(({ name }) => name)).toEqual(['server', 'second']);
    const revision = await fixture.get(`revisions/${change.revision}`, revisionViewSchema);
    expect(revision).toMatchObject({ author: 'token:admin', changes: [{ op: 'add', kind: 'process' }] });
    expect(await fixture.get(`changes/${change.id}`, changeViewSchema)).toEqual(change);
    // The directory itself knows in whose name it was written.
    const client = new pg.Client({ connectionString: fixture.databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      `SELECT entry->>'modifiersName' AS name FROM entry WHERE dn LIKE 'cn=second,%'`,
    );
    await client.end();
    expect(rows).toEqual([{ name: fixture.slapd.adminDn }]);
  });

  test('what ends something bound needs its plan, and is not held then', async () => {
    const ldif = VMS.slice(0, 4).map(deleteVm).join('\n').replace(/^/, `${deleteSecond()}\n`);
    const refused = await apply({ ldif });
    expect(codeOf(refused)).toBe('409 PlanNeeded');
    const { current } = planConflictSchema.parse(refused.body);
    expect(current.ends.map(({ vm, name, node }) => `${vm}/${name}@${node}`)).toEqual([
      'vm1/server@node1',
      'vm2/server@node1',
      'vm3/server@node1',
      'vm4/server@node1',
    ]);
    expect(current.effects).toEqual({ processesEnded: 4, placementsRemoved: 4, nodesRemoved: 0 });
    expect((await fixture.get('topology', topologyViewSchema)).vms).toHaveLength(5);

    done(await apply({ ldif, plan: current.id }));

    expect((await fixture.get('topology', topologyViewSchema)).vms.map(({ name }) => name)).toEqual(['vm5']);
    expect((await fixture.get('held', heldViewSchema)).items).toEqual([]);
  });

  const deleteSecond = (): string => `dn: cn=second,cn=vm1,ou=vms,${fixture.slapd.base}\nchangetype: delete\n`;

  test('a plan that no longer fits, a revision that has passed and an unknown plan are refused', async () => {
    const { slapd } = fixture;
    const ldif = slapd.processEntry('vm5', 'third', 3, 'node1');
    expect(codeOf(await apply({ ldif, plan: 'deadbeef' }))).toBe('409 PlanStale');
    expect(codeOf(await apply({ ldif }, { 'if-match': '"1"' }))).toBe('412 RevisionChanged');
    const agreed = await plan(ldif);
    await slapd.add(slapd.processEntry('vm5', 'other', 3, 'node1'));
    await until(
      'the other',
      () => processes('vm5'),
      (list) => list.length === 2,
    );
    const late = await apply({ ldif, plan: agreed.id });
    expect(codeOf(late)).toBe('422 ProcNrDuplicate');
    await slapd.delete(`cn=other,cn=vm5,ou=vms,${slapd.base}`);
    await until(
      'the other to go',
      () => processes('vm5'),
      (list) => list.length === 1,
    );
  });

  test('one operation that the directory refuses takes the others back', async () => {
    const { slapd } = fixture;
    const bad = `dn: cn=bad,ou=nodes,${slapd.base}\nobjectClass: device\nobjectClass: drvsNode\ncn: bad\ndrvsNodeId: 9\nnoSuchAttribute: x\n`;
    const ldif = `${slapd.processEntry('vm5', 'third', 3, 'node1')}\n${bad}`;
    const answer = await apply({ ldif });
    expect(codeOf(answer)).toBe('502 DirectoryRefused');
    expect(apiErrorSchema.parse(answer.body).detail).toMatch(
      /operation 2 of 2, add cn=bad.*The 1 before it were taken back/,
    );
    await until(
      'it to be gone',
      () => processes('vm5'),
      (list) => list.length === 1,
    );
  });

  test.each([
    ['dn: nonsense\ncn: x\n', '422 DnInvalid', /line 1/],
    ['', '422 ChangeSetEmpty', /no record/],
    ['dn: cn=x,ou=nodes,@\nchangetype: delete\n', '422 EntryAbsent', /operation 1/],
    ['dn: cn=x,dc=elsewhere\nchangetype: delete\n', '422 OutsideBase', /operation 1/],
    ['dn: cn=x,ou=nodes,@\nobjectClass: drvsNode\ndrvsNodeId: 5000\n', '422 NodeIdInvalid', /cn=x/],
  ])('%j is refused: %s', async (ldif, code, detail) => {
    const answer = await apply({ ldif: ldif.replace('@', fixture.slapd.base) });
    expect(codeOf(answer)).toBe(code);
    expect(apiErrorSchema.parse(answer.body).detail).toMatch(detail);
  });

  test('requests without change set, forced without reason, by a viewer, with bad headers', async () => {
    expect(codeOf(await apply({}))).toBe('400 RequestInvalid');
    expect(codeOf(await apply({ ldif: 'x', force: true }))).toBe('400 RequestInvalid');
    expect(codeOf(await apply({ ldif: 'x' }, { 'if-match': 'new' }))).toBe('400 IfMatchInvalid');
    expect(codeOf(await apply({ ldif: 'x' }, { 'idempotency-key': 'a b' }))).toBe('400 IdempotencyKeyInvalid');
    const viewer = await fixture.newToken('viewer');
    expect(codeOf(await fixture.request('changes', { token: viewer, method: 'POST', body: '{"ldif":"x"}' }))).toBe(
      '403 RoleInsufficient',
    );
    const nameless = await fixture.newToken('operator', 'nameless', null);
    expect(codeOf(await fixture.request('changes', { token: nameless, method: 'POST', body: '{"ldif":"x"}' }))).toBe(
      '403 TokenHasNoDn',
    );
    expect(codeOf(await fixture.request('changes/nosuch'))).toBe('404 ChangeNotFound');
  });

  test('one key writes once, however often it is sent, and names one change set', async () => {
    const { slapd } = fixture;
    const ldif = slapd.processEntry('vm5', 'third', 3, 'node1');
    const key = { 'idempotency-key': 'k-1' };
    const answers = await Promise.all([apply({ ldif }, key), apply({ ldif }, key), apply({ ldif }, key)]);
    const views = answers.map(done);
    expect(new Set(views.map(({ id }) => id)).size).toBe(1);
    expect(codeOf(await apply({ ldif: `${ldif}\n${ldif}` }, key))).toBe('422 IdempotencyKeyReused');
  });

  test('a new node gets its password, and no password is readable in the database', async () => {
    const { slapd } = fixture;
    const node = slapd.nodeEntry('node3', 3, ['userPassword: open-sesame']);
    done(await apply({ ldif: node }));
    const joined = await fixture.join('node3', 'open-sesame');
    joined.close();
    const client = new pg.Client({ connectionString: fixture.databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query('SELECT change_journal::text AS row FROM change_journal');
      expect(rows.map(({ row }: { row: string }) => row).join()).not.toContain('open-sesame');
      const { rows: audit } = await client.query(`SELECT actor, action, reason FROM audit WHERE action = 'change'`);
      expect(audit).toContainEqual(
        expect.objectContaining({
          actor: 'token:admin',
          reason: 'a second one',
        }),
      );
    } finally {
      await client.end();
    }
  });

  test('a revision as LDIF, and the change set that leads back to before it', async () => {
    const { slapd } = fixture;
    const { revision: then } = await fixture.get('topology', topologyViewSchema);
    const change = `dn: cn=third,cn=vm5,ou=vms,${slapd.base}
changetype: modify
replace: drvsProcNr
drvsProcNr: 33

dn: cn=vm5,ou=vms,${slapd.base}
changetype: modrdn
newrdn: cn=renamed
deleteoldrdn: 1
`;
    const { revision } = done(await apply({ ldif: change, force: true, reason: 'test' }));
    // What changes nothing desired comes back as well.
    await slapd.modify(`dn: cn=renamed,ou=vms,${slapd.base}\nchangetype: modify\nadd: description\ndescription: x\n`);
    const described = async (): Promise<string> =>
      (await fixture.get(`revisions/${then}/rollback`, rollbackViewSchema)).ldif;
    await until('the description', described, (ldif) => ldif.includes('description'));

    const { forward, backward } = await fixture.get(`revisions/${revision}/ldif`, revisionLdifSchema.strict());
    expect(forward).toMatch(/newrdn: cn=renamed[^]*drvsProcNr: 33/i);
    expect(backward).toMatch(/newrdn: cn=vm5[^]*drvsProcNr: 3\n/i);

    const { ldif, operations } = await fixture.get(`revisions/${then}/rollback`, rollbackViewSchema.strict());
    expect(operations).toBe(3);
    done(await apply({ ldif, force: true, reason: 'back' }));

    expect((await processes('vm5')).map(({ name, nr }) => [name, nr])).toContainEqual(['third', 3]);
    const again = await fixture.get(`revisions/${then}/rollback`, rollbackViewSchema);
    expect(again).toMatchObject({ ldif: '', operations: 0 });
    expect(codeOf(await fixture.request('revisions/999/rollback'))).toBe('404 RevisionNotFound');
  });

  test('a change set begun by a manager that died is finished by the next one', async () => {
    const { slapd } = fixture;
    await fixture.stopManager();
    const [first, second] = ['fourth', 'fifth'].map((cn, index) => ({
      op: 'add',
      dn: `cn=${cn},cn=vm5,ou=vms,${slapd.base}`,
      attributes: {
        objectclass: ['drvsProcess'],
        cn: [cn],
        drvsprocnr: [String(index + 4)],
        drvsonnode: [slapd.nodeDn('node1')],
        drvsexec: ['/bin/true'],
      },
    }));
    // It wrote the first operation and died before it could say so.
    await slapd.add(slapd.processEntry('vm5', 'fourth', 4, 'node1'));
    const id = '11111111-2222-4333-8444-555555555555';
    const client = new pg.Client({ connectionString: fixture.databaseUrl });
    await client.connect();
    await client.query(
      `INSERT INTO change_journal (id, system, actor, acts_as, request_hash, force, operations, operation_count, state, asked_at)
       VALUES ($1, 'lab', 'token:admin', $3, '', false, $2, 2, 'writing', now())`,
      [id, JSON.stringify([first, second]), slapd.adminDn],
    );
    await client.end();

    await fixture.startManager();

    const view = await until(
      'the change set to end',
      () => fixture.get(`changes/${id}`, changeViewSchema),
      ({ state }) => state !== 'writing',
    );
    expect(view).toMatchObject({ state: 'done', written: 2 });
    expect((await processes('vm5')).map(({ name }) => name)).toEqual(expect.arrayContaining(['fourth', 'fifth']));
  });

  test('while nobody follows the directory nothing is written, and the answer says so', async () => {
    await fixture.slapd.stop();
    try {
      await until(
        'the loss to be seen',
        () => fixture.waitsFor(),
        (text) => text.includes('directory'),
      );
      const request = apply({ ldif: fixture.slapd.processEntry('vm5', 'never', 9, 'node1') });
      await until(
        'the request to give up',
        () => {
          fixture.clock.advance(5_000);
          return Promise.race([request.then(() => true), new Promise<boolean>((r) => setTimeout(() => r(false), 100))]);
        },
        (over) => over,
      );
      expect(codeOf(await request)).toBe('503 FollowerAbsent');
    } finally {
      await fixture.slapd.restart();
    }
  });
});
