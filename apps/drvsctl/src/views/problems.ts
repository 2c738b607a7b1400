// SPDX-License-Identifier: Apache-2.0
import type { ProblemView } from '@drvs/contracts';
import type { Listing } from '../client/client.js';
import { age } from '../output/age.js';
import { facts, stack, type Layout } from '../output/table.js';
import type { View } from './view.js';

/** Problems are sentences, not columns: one paragraph each. */
export const problemsView: View<Listing<ProblemView>> = {
  read: (client) => client.problems(),
  draw: (listing, layout) =>
    listing.items.length === 0
      ? 'No problems.'
      : stack(...listing.items.map((problem) => drawProblem(problem, layout))),
};

function drawProblem(problem: ProblemView, layout: Layout): string {
  return facts(
    [
      ['problem', problem.code, 'bad'],
      ['entry', problem.dn],
      ['attribute', problem.attribute ?? null],
      ['rule', problem.message],
      ['remedy', problem.remedy],
      ['in force', problem.lastValidInForce ? 'the last valid version of the entry' : null],
      ['since', `${age(problem.since, layout.now)} (${problem.since})`],
    ],
    layout,
  );
}
