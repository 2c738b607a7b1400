// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PlacedDocument } from '@drvs/contracts';
import { desired, nodeDocument, vmDocument } from '../plan/fixtures.js';
import { DesiredState, GRACE_MS } from './desired-state.js';
import { fromManager } from './last-good.js';

const { bounds } = desired(nodeDocument());
const placed = (revision: string, counter = 1, uuid = 'u'): PlacedDocument => ({
  epoch: { counter, uuid },
  revision,
  digest: 'd'.repeat(64),
  document: nodeDocument([vmDocument(Number(revision))]),
});

describe('which document is in force', () => {
  let state: DesiredState;
  const now = (ms = 0): [string | undefined, string | undefined, number | undefined] => {
    const current = state.current(ms);
    return [current?.acting, current?.mode, current?.document.vms[0]?.vmId];
  };

  beforeEach(() => {
    state = new DesiredState(bounds);
  });

  test('nothing until anything is known', () => {
    expect(now()).toEqual([undefined, undefined, undefined]);
    state.sessionBegan();
    expect(now()).toEqual([undefined, undefined, undefined]);
  });

  test('at boot: last good, then the own reading, both adding only; then the manager in full', () => {
    state.remember(fromManager(placed('3')));
    expect(now()).toEqual(['last-good', 'additive', 3]);
    state.read(nodeDocument([vmDocument(4)]), 'd');
    expect(now()).toEqual(['directory', 'additive', 4]);
    state.sessionBegan();
    expect(now()).toEqual(['directory', 'additive', 4]);
    expect(state.offer(placed('5'))).toEqual({ accepted: true });
    expect(now()).toEqual(['manager', 'full', 5]);
  });

  test('a lost session keeps its word for the grace time, then the own reading adds', () => {
    state.sessionBegan();
    state.offer(placed('5'));
    state.read(nodeDocument([vmDocument(4)]), 'd');
    state.sessionEnded(1_000);
    expect(now(1_000 + GRACE_MS - 1)).toEqual(['manager', 'full', 5]);
    expect(now(1_000 + GRACE_MS)).toEqual(['directory', 'additive', 4]);
    expect(state.isAlone(1_000 + GRACE_MS)).toBe(true);
  });

  test('a session that never spoke changes nothing', () => {
    state.remember(fromManager(placed('3')));
    state.sessionBegan();
    state.sessionEnded(0);
    expect(now(1)).toEqual(['last-good', 'additive', 3]);
  });

  test('a lower epoch and an older revision of the same epoch are refused', () => {
    state.remember(fromManager(placed('8', 4)));
    state.sessionBegan();
    expect(state.offer(placed('9', 3))).toMatchObject({ accepted: false, code: 'StaleDocument' });
    expect(state.offer(placed('7', 4))).toMatchObject({ accepted: false, code: 'StaleDocument' });
    expect(now()).toEqual(['last-good', 'additive', 8]);
    expect(state.offer(placed('8', 4))).toEqual({ accepted: true });
    expect(state.offer(placed('1', 5, 'v'))).toEqual({ accepted: true });
    expect(now()).toEqual(['manager', 'full', 1]);
  });
});
