// SPDX-License-Identifier: Apache-2.0
import type { ApiEvent } from '@drvs/contracts';
import { harmless, type Tone } from '../output/paint.js';
import type { Layout } from '../output/table.js';

const TONES: Partial<Record<ApiEvent['kind'], Tone>> = {
  bind: 'good',
  'vm-up': 'good',
  unbind: 'warn',
  'vm-down': 'warn',
  problem: 'warn',
  held: 'bad',
  'unit-failed': 'bad',
  lost: 'bad',
};

/** One line of the running log: when, what, where, and the sentence. */
export function drawEvent(event: ApiEvent, layout: Layout): string {
  const where = [event.node, event.vm, event.process].filter((part) => part !== null).join('/');
  const kind = layout.paint(event.kind.padEnd(13), TONES[event.kind]);
  return [event.at, kind, harmless(where).padEnd(22), harmless(event.message)].join('  ').trimEnd();
}
