// SPDX-License-Identifier: Apache-2.0
// Automatic nodeids: many writers at once, with and without a server that keeps numbers unique.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nodeViewSchema, page, problemViewSchema } from '@drvs/contracts';
import type { NodeView } from '@drvs/contracts';
import { Fixture, until } from './fixture.js';

const WRITERS = 8;
const EACH = 25;

describe.each([
  ['with slapo-unique', true],
  ['without it', false],
])('automatic nodeids, %s', (_what, checks) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await Fixture.start({ checks });
  }, 60_000);
  afterAll(() => fixture.close());

  const nodes = async (): Promise<NodeView[]> => (await fixture.get('nodes?limit=1000', page(nodeViewSchema))).items;
  const auto = (name: string): string =>
    fixture.slapd.nodeEntry(name, 0).replace('drvsNodeId: 0', 'drvsNodeIdAuto: TRUE');

  test(`${WRITERS} writers add ${WRITERS * EACH} nodes: each gets a number of its own, the lowest there are`, async () => {
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('by-hand', 5));
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        for (let n = 0; n < EACH; n += 1) await slapd.add(auto(`w${writer}-n${n}`));
      }),
    );

    const all = await until('all to have numbers', nodes, ({ length }) => length === WRITERS * EACH + 1, 60_000);

    const ids = all.map(({ nodeId }) => nodeId).sort((a, b) => a - b);
    expect(ids).toEqual(Array.from({ length: WRITERS * EACH + 1 }, (_, id) => id));
    expect(all.find(({ name }) => name === 'by-hand')?.nodeId).toBe(5);
    expect((await fixture.get('problems', page(problemViewSchema))).items).toEqual([]);
  }, 120_000);

  test('the number of a node that went is not given to another the same day', async () => {
    const { slapd } = fixture;
    const gone = (await nodes()).find(({ name }) => name === 'w0-n0');
    await slapd.delete(slapd.nodeDn('w0-n0'));
    await until('it to go', nodes, (list) => list.every(({ name }) => name !== 'w0-n0'));

    await slapd.add(auto('newcomer'));

    const newcomer = await until(
      'its number',
      async () => (await nodes()).find(({ name }) => name === 'newcomer'),
      (node) => node !== undefined,
    );
    expect(newcomer?.nodeId).toBe(WRITERS * EACH + 1);
    expect(newcomer?.nodeId).not.toBe(gone?.nodeId);
  });
});
