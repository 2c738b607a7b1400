// SPDX-License-Identifier: Apache-2.0
import type { ChangeView, PlanView } from '@drvs/contracts';
import { facts, section, stack, table, type Layout } from '../output/table.js';
import { effects } from './held.js';

type Obstacle = Pick<PlanView['faults'][number], 'code' | 'message' | 'remedy'> & { readonly at: string };

/** Everything that keeps a change set from being applied, as one list. */
export function obstacles({ faults, problems }: PlanView): Obstacle[] {
  const place = ({ line, index, dn }: PlanView['faults'][number]): string =>
    [line === null ? `operation ${(index ?? 0) + 1}` : `line ${line}`, dn].filter((part) => part !== null).join(', ');
  return [
    ...faults.map((fault) => ({ ...fault, at: place(fault) })),
    ...problems.map((problem) => ({ ...problem, at: problem.dn })),
  ];
}

/** True when applying it would make nothing different. */
export function isEmptyPlan({ objects, nodes, effects: { processesEnded } }: PlanView): boolean {
  return objects.length === 0 && nodes.length === 0 && processesEnded === 0;
}

/** What would change where, and what would end; or what keeps it from being applied. */
export function drawPlan(plan: PlanView, layout: Layout): string {
  const hindering = obstacles(plan);
  if (hindering.length > 0) return stack(...hindering.map((one) => drawObstacle(one, layout)));
  if (isEmptyPlan(plan)) return 'Nothing would change.';
  return stack(
    facts(
      [
        ['plan', plan.id],
        ['made at revision', plan.revision],
        ['applying', plan.destructive ? effects(plan) : 'ends nothing', plan.destructive ? 'bad' : 'good'],
      ],
      layout,
    ),
    drawObjects(plan, layout),
    drawNodes(plan, layout),
    drawEnds(plan, layout),
  );
}

function drawObstacle({ at, code, message, remedy }: Obstacle, layout: Layout): string {
  return facts(
    [
      ['at', at],
      ['problem', code, 'bad'],
      ['rule', message],
      ['remedy', remedy],
    ],
    layout,
  );
}

function drawObjects({ objects }: PlanView, layout: Layout): string {
  if (objects.length === 0) return '';
  const columns = [
    { title: 'CHANGE', cell: (row: PlanView['objects'][number]) => row.op },
    { title: 'KIND', cell: (row: PlanView['objects'][number]) => row.kind },
    { title: 'ENTRY', cell: (row: PlanView['objects'][number]) => row.dn },
  ];
  return section('Desired', table(columns, objects, layout), layout);
}

function drawNodes({ nodes }: PlanView, layout: Layout): string {
  if (nodes.length === 0) return '';
  const columns = [
    { title: 'NODE', cell: (row: PlanView['nodes'][number]) => row.node },
    { title: 'WOULD CHANGE', cell: (row: PlanView['nodes'][number]) => row.fields.join(' ') },
  ];
  return section('Nodes', table(columns, nodes, layout), layout);
}

function drawEnds({ ends }: PlanView, layout: Layout): string {
  if (ends.length === 0) return '';
  const columns = [
    { title: 'VM', cell: (row: PlanView['ends'][number]) => row.vm },
    { title: 'PROCESS', cell: (row: PlanView['ends'][number]) => row.name, tone: () => 'bad' as const },
    { title: 'NR', cell: (row: PlanView['ends'][number]) => String(row.nr) },
    { title: 'NODE', cell: (row: PlanView['ends'][number]) => row.node },
  ];
  return section('Bound processes that would end', table(columns, ends, layout), layout);
}

/** What came of a change set. */
export function drawChange({ id, state, revision, operations, written }: ChangeView): string {
  if (state === 'done') {
    const seen = revision === null ? 'the manager has not seen all of it yet' : `revision ${revision}`;
    return `Applied ${operations} ${operations === 1 ? 'operation' : 'operations'}: ${seen}.`;
  }
  return `Change set ${id} is ${state}: ${written} of ${operations} operations are written; the manager goes on with it.`;
}
