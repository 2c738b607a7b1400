// SPDX-License-Identifier: Apache-2.0
// A manager that is killed in the middle of a change set, as it ships: the next one finishes it, or takes it back.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { apiErrorSchema, changeViewSchema, page, processViewSchema } from '@drvs/contracts';
import { freePort } from '@drvs/testkit/ports';
import pg from 'pg';
import { Fixture, SYSTEM, until } from './fixture.js';
import type { Answer } from './fixture.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(60_000);

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const OPERATIONS = 250;

interface Journal {
  readonly state: string;
  readonly written: number;
  readonly failure: unknown;
}

describe('a manager killed while it writes a change set', () => {
  let fixture: Fixture;
  let database: pg.Client;
  let address: string;
  let token: string;
  let child: ChildProcess;
  beforeAll(async () => {
    fixture = await Fixture.start({ manager: false });
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1));
    await slapd.add(slapd.vmEntry('vm1', 1, ['node1'], ['drvsMaxProcs: 1024']));
    address = `127.0.0.1:${await freePort()}`;
    token = await fixture.newToken('operator', 'writer');
    await start();
    database = new pg.Client({ connectionString: fixture.databaseUrl });
    await database.connect();
  }, 60_000);
  afterAll(async () => {
    await kill();
    await database.end();
    await fixture.close();
  });

  async function start(): Promise<void> {
    const { ldap, systems } = fixture.settings;
    const env = {
      PATH: process.env['PATH'],
      DRVS_SYSTEMS: `${SYSTEM}=${systems[0]?.baseDn}`,
      DRVS_LISTEN: address,
      DATABASE_URL: fixture.databaseUrl,
      LDAP_URL: ldap.urls.join(' '),
      LDAP_BIND_DN: ldap.bindDn,
      LDAP_PASSWORD_FILE: ldap.passwordFile,
      DRVS_INSECURE: '1',
      DRVS_LOG_LEVEL: 'error',
    };
    child = spawn(process.execPath, [MAIN], { env, stdio: 'ignore' });
    await until(
      'the manager to be ready',
      () => ask('/readyz'),
      ({ status }) => status === 200,
      60_000,
    );
    await until(
      'the VM',
      () => ask(`/api/v1/systems/${SYSTEM}/vms/vm1`),
      ({ status }) => status === 200,
    );
  }
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers };
    const response = await fetch(`http://${address}${path}`, { ...init, headers });
    return { status: response.status, body: await response.json() };
  }
  const change = (operations: readonly object[], key: string): Promise<Answer> =>
    ask(`/api/v1/systems/${SYSTEM}/changes`, {
      method: 'POST',
      headers: { 'idempotency-key': key },
      body: JSON.stringify({ operations }),
    });
  const journal = async (key: string): Promise<Journal | undefined> => {
    const { rows } = await database.query<Journal>(
      'SELECT state, written, failure FROM change_journal WHERE idempotency_key = $1',
      [key],
    );
    return rows[0];
  };
  const add = (name: string, nr: number, more: object = {}): object => ({
    op: 'add',
    dn: `cn=${name},${fixture.slapd.vmDn('vm1')}`,
    attributes: {
      objectClass: ['drvsProcess'],
      cn: [name],
      drvsProcNr: [String(nr)],
      drvsOnNode: [fixture.slapd.nodeDn('node1')],
      ...more,
    },
  });
  const names = async (): Promise<string[]> => {
    const { body } = await ask(`/api/v1/systems/${SYSTEM}/processes?limit=1000`);
    return page(processViewSchema)
      .parse(body)
      .items.map(({ name }) => name)
      .sort();
  };
  /** Sends a change set, kills the manager at the moment that `when` says, and starts another. */
  const killed = async (
    operations: readonly object[],
    key: string,
    when: (row: Journal) => boolean,
  ): Promise<Journal | undefined> => {
    const lost = change(operations, key).catch(() => 'lost');
    await until(
      'the moment',
      () => journal(key),
      (row) => row !== undefined && when(row),
    );
    await kill();
    expect(await lost).toBe('lost');
    const row = await journal(key);
    await start();
    return row;
  };

  test('forward: what was begun is finished, and asking again with the same key gives the answer', async () => {
    const operations = Array.from({ length: OPERATIONS }, (_, n) => add(`p${n}`, n));

    const row = await killed(operations, 'forward', ({ written }) => written > OPERATIONS / 10);

    expect(row).toMatchObject({ state: 'writing', failure: null });
    expect(row?.written).toBeLessThan(OPERATIONS);
    const again = await until(
      'the answer',
      () => change(operations, 'forward'),
      ({ status }) => status === 200,
    );
    expect(changeViewSchema.parse(again.body)).toMatchObject({ state: 'done', written: OPERATIONS });
    expect(await names()).toHaveLength(OPERATIONS);
  }, 120_000);

  test('backward: what the directory refused at its end is taken back by the next manager', async () => {
    const before = await names();
    const good = Array.from({ length: OPERATIONS }, (_, n) => add(`q${n}`, OPERATIONS + n));
    const operations = [...good, add('bad', 2 * OPERATIONS, { noSuchAttribute: ['x'] })];

    const row = await killed(
      operations,
      'backward',
      ({ failure, written }) => failure !== null && written < OPERATIONS,
    );

    expect(row).toMatchObject({ state: 'writing', failure: { code: 'DirectoryRefused', before: OPERATIONS } });
    expect(row?.written).toBeGreaterThan(0);
    const again = await until(
      'the answer',
      () => change(operations, 'backward'),
      ({ status }) => status === 502,
    );
    expect(apiErrorSchema.parse(again.body).detail).toMatch(new RegExp(`The ${OPERATIONS} before it were taken back`));
    expect(await journal('backward')).toMatchObject({ state: 'failed', written: 0 });
    await until('all of it to be gone', names, (list) => list.length === before.length);
    expect(await names()).toEqual(before);
  }, 120_000);

  test('an entry that somebody else changes meanwhile is not overwritten: all is taken back, and the answer says so', async () => {
    const { slapd } = fixture;
    const vm = slapd.vmDn('vm1');
    const before = await names();
    const last = { op: 'modify', dn: vm, changes: [{ op: 'replace', attribute: 'description', values: ['ours'] }] };
    const operations = [...Array.from({ length: OPERATIONS }, (_, n) => add(`r${n}`, OPERATIONS + n)), last];

    const answer = change(operations, 'overtaken');
    await until(
      'the moment',
      () => journal('overtaken'),
      (row) => (row?.written ?? 0) > 0,
    );
    await slapd.modify(`dn: ${vm}\nchangetype: modify\nreplace: description\ndescription: theirs\n`);

    const { status, body } = await answer;
    expect([status, apiErrorSchema.parse(body).code]).toEqual([409, 'EntryChanged']);
    await until('all of it to be gone', names, (list) => list.length === before.length);
    const { rows } = await database.query(`SELECT entry->'attributes' AS attributes FROM entry WHERE dn = $1`, [vm]);
    expect(JSON.stringify(rows)).toContain('theirs');
  }, 120_000);
});
