// SPDX-License-Identifier: Apache-2.0
// What monitoring sees of a manager: figures, health and status tell the same, and the dashboard finds what it asks for.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { systemStatusSchema } from '@drvs/contracts';
import type { SystemStatus } from '@drvs/contracts';
import type { Readiness } from '@drvs/manager/health/readiness.service';
import { makeCertificates } from '@drvs/testkit/certificates';
import { checkNaming, namesInUse, namesShown } from '@drvs/testkit/monitoring';
import type { FakeAgent } from './fake-agent.js';
import { Fixture, SYSTEM, until } from './fixture.js';

jest.setTimeout(60_000);

let fixture: Fixture;
let folder = '';
let agent: FakeAgent | undefined;

beforeAll(async () => {
  folder = mkdtempSync('/tmp/drvs-monitoring-');
  fixture = await Fixture.start({ manager: false });
  const { slapd } = fixture;
  await slapd.add([1, 2, 3].map((id) => slapd.nodeEntry(`node${id}`, id)).join(''));
  await slapd.add(slapd.vmEntry('orders', 10, ['node1']) + slapd.processEntry('orders', 'server', 1, 'node1'));
  await slapd.tool('ldappasswd', ['-s', 'node1-secret', slapd.nodeDn('node1')]);
  const { ca } = makeCertificates(folder);
  writeFileSync(join(folder, 'ldap-ca.pem'), ca);
  await fixture.startManager({
    ...fixture.settings,
    ldap: { ...fixture.settings.ldap, caFile: join(folder, 'ldap-ca.pem') },
  });
});
afterEach(() => {
  agent?.close();
  agent = undefined;
});
afterAll(async () => {
  await fixture.close();
  rmSync(folder, { recursive: true });
});

async function figures(): Promise<string> {
  return (await fetch(`http://${fixture.address}/metrics`)).text();
}

/** The value of one series; undefined when it is not shown. */
function value(text: string, series: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

const status = (): Promise<SystemStatus> => fixture.get('status', systemStatusSchema);
const ofSystem = (name: string, more = ''): string => `drvs_manager_${name}{system="${SYSTEM}"${more}}`;

describe('monitoring', () => {
  test('status counts nodes by state, and figures say the same', async () => {
    await until('three nodes', status, ({ nodes }) => nodes.NeverSeen === 3);
    agent = await fixture.join('node1', 'node1-secret');
    const seen = await until('one of them connected', status, ({ nodes }) => nodes.NeverSeen === 2);
    expect(seen).toMatchObject({ system: SYSTEM, vms: 1, processes: 1, sessions: 1, held: 0, changesWaiting: 0 });
    expect(Object.values(seen.nodes).reduce((sum, count) => sum + count)).toBe(3);

    const text = await until(
      'figures',
      figures,
      (shown) => value(shown, ofSystem('nodes', ',state="NeverSeen"')) === 2,
    );
    for (const [state, count] of Object.entries((await status()).nodes)) {
      expect(value(text, ofSystem('nodes', `,state="${state}"`))).toBe(count);
    }
    await until('all of it known', figures, (shown) => value(shown, ofSystem('revisions_behind')) === 0);
    expect(value(text, ofSystem('agent_sessions'))).toBe(1);
    expect(value(text, ofSystem('revision'))).toBe(Number(seen.revision));
  });

  test('a change leaves its lag, its batch and its wait', async () => {
    const count = (text: string, name: string): number => value(text, ofSystem(`${name}_count`)) ?? 0;
    const before = await figures();
    await fixture.slapd.modify(
      `dn: ${fixture.slapd.nodeDn('node3')}\nchangetype: modify\nadd: drvsAddress\ndrvsAddress: 10.0.0.3\n`,
    );
    const after = await until('its lag', figures, (text) => {
      return count(text, 'directory_lag_seconds') > count(before, 'directory_lag_seconds');
    });
    for (const name of ['batch_seconds', 'batch_entries', 'turn_wait_seconds']) {
      expect(count(after, name)).toBeGreaterThan(count(before, name));
    }
    expect(value(after, ofSystem('directory_lag_seconds_sum'))).toBeLessThan(60);
  });

  test('certificates: when they expire', async () => {
    const [certificate] = (await status()).certificates;
    expect(certificate?.certificate).toBe('ldap_ca');
    const expiresAt = Date.parse(certificate?.expiresAt ?? '');
    expect(expiresAt).toBeGreaterThan(Date.now());
    const series = ofSystem('certificate_expiry_timestamp_seconds', ',certificate="ldap_ca"');
    expect(value(await figures(), series)).toBe(expiresAt / 1000);
  });

  test('the dashboard and the alerts ask for nothing that is not there, and names follow the conventions', async () => {
    const text = await figures();

    expect(namesInUse('drvs_manager_').length).toBeGreaterThan(15);
    expect(namesShown(text, 'drvs_')).toEqual(expect.arrayContaining(namesInUse('drvs_manager_')));
    expect(namesShown(text, 'process_')).toContain('process_resident_memory_bytes');
    await checkNaming(text, 'drvs_');
  });

  test('a lower rung and how old it is are visible in figures, health and status', async () => {
    await fixture.slapd.configure('dn: olcOverlay={0}syncprov,olcDatabase={1}mdb,cn=config\nchangetype: delete\n');
    await fixture.slapd.restart();
    const seen = await until('the last rung', status, ({ follower }) => follower.rung === 'fullRead');
    expect(seen.follower.stalenessSeconds).toBeLessThan(60);

    const text = await until(
      'figures',
      figures,
      (shown) => value(shown, ofSystem('directory_rung', ',rung="fullRead"')) === 1,
    );
    expect(value(text, ofSystem('directory_rung', ',rung="refreshAndPersist"'))).toBe(0);
    expect(value(text, ofSystem('directory_staleness_seconds'))).toBeLessThan(60);
    const { body } = await fixture.request('/readyz');
    expect((body as Readiness).directories).toEqual([
      { system: SYSTEM, state: 'current', rung: 'fullRead', stalenessSeconds: expect.any(Number), message: null },
    ]);
  });

  test('without Postgres: figures come all the same, and leave out what only it knows', async () => {
    await fixture.postgres.stop();
    const text = await until('Postgres is missed', figures, (shown) => value(shown, 'drvs_manager_database_up') === 0);
    expect(value(text, ofSystem('nodes', ',state="InSync"'))).toBeUndefined();
    expect(value(text, ofSystem('follower'))).toBeDefined();
    const { status: code, body } = await fixture.request('/readyz');
    expect(code).toBe(503);
    expect((body as Readiness).directories).toEqual([]);
  });
});
