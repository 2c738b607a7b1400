// SPDX-License-Identifier: Apache-2.0
import type { HeldOutcome, HeldView } from '@drvs/contracts';
import { age } from '../output/age.js';
import { facts, section, stack, table, type Column, type Layout } from '../output/table.js';
import type { View } from './view.js';

export const heldView: View<HeldView> = { read: (client) => client.held(), draw: drawHeld };

type Item = HeldView['items'][number];

/** The held set: what confirming would do, then each change with the bound processes it would end. */
export function drawHeld(held: HeldView, layout: Layout): string {
  if (held.items.length === 0) return 'Nothing is held.';
  return stack(
    facts(
      [
        ['held since', held.since === null ? null : `${age(held.since, layout.now)} (${held.since})`],
        ['why', held.reason],
        ['confirming', effects(held), 'bad'],
        ['hash', held.hash],
      ],
      layout,
    ),
    section('Held changes', table(columns, held.items, layout), layout),
  );
}

const columns: readonly Column<Item>[] = [
  { title: 'CHANGE', cell: (row) => row.change },
  { title: 'KIND', cell: (row) => row.kind },
  { title: 'NAME', cell: (row) => row.name },
  {
    title: 'WOULD END',
    cell: (row) => row.bound.map((process) => `${process.vm}/${process.name} on ${process.node}`).join(', ') || '-',
    tone: (row) => (row.bound.length > 0 ? 'bad' : undefined),
  },
  { title: 'ENTRY', cell: (row) => row.dn },
];

/** `ends 4 bound processes, removes 4 placements and 0 nodes`. */
export function effects({
  effects: { processesEnded, placementsRemoved, nodesRemoved },
}: Pick<HeldView, 'effects'>): string {
  const ended = count(processesEnded, 'bound process', 'bound processes');
  return `ends ${ended}, removes ${count(placementsRemoved, 'placement', 'placements')} and ${count(nodesRemoved, 'node', 'nodes')}`;
}

/** What the decision did, and what is left to do by hand. */
export function drawOutcome(outcome: HeldOutcome, layout: Layout): string {
  const confirmed = outcome.decision === 'confirmed';
  return stack(
    [
      `${confirmed ? 'Confirmed' : 'Refused'}, revision ${outcome.revision}.`,
      ...outcome.dns.map((dn) => `${confirmed ? 'released' : 'restored'}  ${dn}`),
    ].join('\n'),
    outcome.passwordsLost.length === 0
      ? ''
      : layout.paint(`Set a new password for (it could not be restored): ${outcome.passwordsLost.join(', ')}`, 'warn'),
  );
}

function count(number: number, one: string, many: string): string {
  return `${String(number)} ${number === 1 ? one : many}`;
}
