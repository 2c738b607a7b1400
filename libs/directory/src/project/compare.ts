// SPDX-License-Identifier: Apache-2.0
import type { NodeDocument } from '@drvs/contracts';

/** One field in which two documents disagree. */
export interface Difference {
  /** E.g. `vms[orders].processes[server].exec`. */
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

/** Field by field, lists matched by name or number. Losers are left out: an agent's own reading cannot know them. */
export function compareDocuments(_left: NodeDocument, _right: NodeDocument): Difference[] {
  throw new Error('compareDocuments: not built yet');
}
