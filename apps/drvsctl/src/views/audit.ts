// SPDX-License-Identifier: Apache-2.0
import type { AuditView } from '@drvs/contracts';
import type { AuditFilter, Listing } from '../client/client.js';
import { table, type Column } from '../output/table.js';
import type { View } from './view.js';

const TONES = { asked: undefined, done: 'good', refused: 'warn', failed: 'bad' } as const;

const columns: readonly Column<AuditView>[] = [
  { title: 'ID', align: 'right', cell: (row) => row.id },
  { title: 'AT', cell: (row) => row.at },
  { title: 'ACTOR', cell: (row) => row.actor },
  { title: 'FROM', cell: (row) => row.address ?? '-' },
  { title: 'ACTION', cell: (row) => row.action },
  { title: 'OUTCOME', cell: (row) => row.outcome, tone: (row) => TONES[row.outcome] },
  { title: 'WHAT', cell: describe },
];

/** What it was about: the entries of a change set, else the target; and what was said of it. */
function describe({ target, before, after, outcome, reason, message }: AuditView): string {
  const dns = outcome === 'asked' ? [] : [...new Set([before, after].flatMap(namesOf))];
  const what = dns.length > 0 ? dns.join('; ') : target;
  return [what, reason && `(${reason})`, message].filter((part) => part).join(' ');
}

const namesOf = (values: unknown): string[] =>
  typeof values === 'object' && values !== null ? Object.keys(values).filter((name) => name.includes('=')) : [];

/** Rows of the audit, newest first; `-o json` gives old and new values. */
export function auditView(filter: AuditFilter, most: number): View<Listing<AuditView>> {
  return {
    read: (client) => client.audit(filter, most),
    draw: (listing, layout) =>
      listing.items.length === 0 ? 'Nothing recorded.' : table(columns, listing.items, layout),
  };
}
