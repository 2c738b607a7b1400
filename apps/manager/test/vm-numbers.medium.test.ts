// SPDX-License-Identifier: Apache-2.0
// Automatic vmids: many writers at once through the API and beside it, with and without a server that keeps numbers unique.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  apiErrorSchema,
  changeViewSchema,
  page,
  planViewSchema,
  problemViewSchema,
  vmViewSchema,
} from '@drvs/contracts';
import type { VmView } from '@drvs/contracts';
import { Fixture, until } from './fixture.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(60_000);

const WRITERS = 8;
const REQUESTS = 5;
const EACH = 5;
const IDS = WRITERS * REQUESTS * EACH;
/** Written by hand beside them, with numbers that the writers are just about to be given. */
const BY_HAND = [3, 17, 40, 77, 120, 160];

describe.each([
  ['with slapo-unique', true],
  ['without it', false],
])('automatic vmids, %s', (_what, checks) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await Fixture.start({ checks });
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1));
    await until(
      'the node',
      () => fixture.request('nodes/node1'),
      ({ status }) => status === 200,
    );
  }, 60_000);
  afterAll(() => fixture.close());

  const vms = async (): Promise<VmView[]> => (await fixture.get('vms?limit=1000', page(vmViewSchema))).items;
  const add = (cn: string): object => ({
    op: 'add',
    dn: fixture.slapd.vmDn(cn),
    attributes: { objectClass: ['drvsVm'], cn: [cn], drvsSpansNode: [fixture.slapd.nodeDn('node1')] },
  });
  const write = async (operations: readonly object[]): Promise<void> => {
    const { status, body } = await fixture.post('changes', { operations });
    expect([status, status === 200 ? changeViewSchema.parse(body).state : apiErrorSchema.parse(body).code]).toEqual([
      200,
      'done',
    ]);
  };

  test(`${WRITERS} writers add ${IDS} VMs while others choose numbers by hand: each has a number of its own`, async () => {
    const { slapd } = fixture;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let request = 0; request < REQUESTS; request += 1) {
        await write(Array.from({ length: EACH }, (_, n) => add(`w${writer}-r${request}-v${n}`)));
      }
    });
    const byHand = BY_HAND.map(async (vmId) => {
      await until('its turn', vms, ({ length }) => length >= vmId - 5, 60_000);
      // Where the server keeps numbers unique it may be refused: that number is a writer's then.
      await slapd.add(slapd.vmEntry(`hand-${vmId}`, vmId, ['node1'])).catch((error: Error) => {
        expect([checks, error.message]).toEqual([true, expect.stringMatching(/constraint|unique/i)]);
      });
    });
    await Promise.all([...writers, ...byHand]);

    const all = await until('all of them', vms, (list) => list.filter(({ name }) => /^w/.test(name)).length === IDS);
    const ids = all.map(({ vmId }) => vmId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.max(...ids)).toBeLessThan(IDS + 2 * BY_HAND.length);
    const duplicates = (await fixture.get('problems', page(problemViewSchema))).items.filter(
      ({ dn }) => !dn.startsWith('cn=hand-'),
    );
    expect(duplicates).toEqual([]);
  }, 180_000);

  test('a plan does not depend on the number, and the number of a VM that went waits a day', async () => {
    const before = await vms();
    const gone = before.find(({ name }) => name === 'w0-r0-v0');
    const operations = [add('newcomer')];
    const planned = planViewSchema.parse((await fixture.post('plan', { operations })).body);
    await fixture.slapd.delete(fixture.slapd.vmDn('w0-r0-v0'));
    await until('it to go', vms, (list) => list.every(({ name }) => name !== 'w0-r0-v0'));

    const { status } = await fixture.post('changes', { operations, plan: planned.id });

    expect(status).toBe(200);
    const newcomer = (await vms()).find(({ name }) => name === 'newcomer');
    expect(newcomer?.vmId).not.toBe(gone?.vmId);
    expect(before.map(({ vmId }) => vmId)).not.toContain(newcomer?.vmId);
  });
});
