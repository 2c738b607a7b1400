// SPDX-License-Identifier: Apache-2.0
import type { RevisionView } from '@drvs/contracts';
import type { Listing } from '../client/client.js';
import { table, type Column } from '../output/table.js';
import type { View } from './view.js';

const columns: readonly Column<RevisionView>[] = [
  { title: 'REVISION', align: 'right', cell: (row) => row.revision },
  { title: 'AT', cell: (row) => row.at },
  { title: 'CAUSE', cell: (row) => row.cause },
  { title: 'AUTHOR', cell: (row) => row.author ?? '-' },
  { title: 'CHANGES', cell: (row) => changes(row) },
];

/** As many changes as a line takes; -o json gives all. */
const MAX_CHANGES = 3;

function changes(row: RevisionView): string {
  const first = row.changes.slice(0, MAX_CHANGES).map((change) => `${change.op} ${change.dn}`);
  const rest = row.changes.length - first.length;
  return first.join('; ') + (rest > 0 ? ` and ${String(rest)} more` : '');
}

/** Committed changes of the desired topology, as the manager orders them (newest first). */
export function revisionsView(most: number): View<Listing<RevisionView>> {
  return {
    read: (client) => client.revisions(most),
    draw: (listing, layout) => (listing.items.length === 0 ? 'No revisions.' : table(columns, listing.items, layout)),
  };
}
