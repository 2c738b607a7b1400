// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { AuditView } from '@drvs/contracts';
import { EXIT } from '../errors.js';
import { FakeManager, type Seen } from '../test-support/fake-manager.js';
import { Home, drvsctl } from '../test-support/fake-terminal.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(30_000);

const DN = 'cn=node1,ou=nodes,ou=drvs,dc=drvs,dc=example';
const row = (id: number, over: Partial<AuditView> = {}): AuditView => ({
  id: String(id),
  at: `2026-01-31T12:00:0${id % 10}.000Z`,
  system: 'lab',
  actor: 'token:deploy',
  address: '192.0.2.1',
  action: 'change',
  target: 'f00d',
  outcome: 'done',
  reason: 'moved',
  message: null,
  request: null,
  before: { [DN]: { drvslabel: [] } },
  after: { [DN]: { drvslabel: ['rack=7'] } },
  ...over,
});

let home: Home;
let manager: FakeManager;
beforeEach(async () => {
  home = new Home();
  const rows = [row(1), row(2, { outcome: 'refused', message: 'PlanNeeded: it would end' }), row(3)];
  const page = ({ query }: Seen): { status: number; body: unknown } => {
    if (query.get('order') !== 'asc') return { status: 200, body: { revision: '7', items: rows, next: null } };
    const items = query.get('cursor') === 'more' ? rows.slice(2) : rows.slice(0, 2);
    return { status: 200, body: { revision: '7', items, next: query.get('cursor') === 'more' ? null : 'more' } };
  };
  manager = await FakeManager.start({ 'GET audit': page });
});
afterEach(async () => {
  await manager.stop();
  home.dispose();
});

describe('audit', () => {
  test('a line says who, from where, on what, why, and what came of it', async () => {
    const { out } = await drvsctl(['audit'], { env: home.env(manager.url) });

    expect(out).toMatch(/^ 1 .*token:deploy +192\.0\.2\.1 +change +done +cn=node1,.* \(moved\)$/m);
    expect(out).toMatch(/refused .*PlanNeeded: it would end$/m);
  });

  test('filters are handed to the manager', async () => {
    const args = ['audit', '--actor', 'token:x', '--outcome', 'failed', '--since', '2026-01-31', '-n', '7'];
    expect((await drvsctl(args, { env: home.env(manager.url) })).status).toBe(EXIT.ok);

    expect(Object.fromEntries(manager.seen[0]?.query ?? [])).toEqual({
      actor: 'token:x',
      outcome: 'failed',
      since: '2026-01-31T00:00:00.000Z',
      limit: '7',
    });
  });

  test('an export is a line of JSON for each row, oldest first, over all pages', async () => {
    const { out, err } = await drvsctl(['audit', '--export', '--after', '0'], { env: home.env(manager.url) });

    const ids = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as AuditView).id);
    expect(ids).toEqual(['1', '2', '3']);
    expect(err).toContain('3 rows');
    expect(manager.seen.map(({ query }) => query.get('after'))).toEqual(['0', '0']);
  });
});
