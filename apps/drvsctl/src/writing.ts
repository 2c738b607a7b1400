// SPDX-License-Identifier: Apache-2.0
// Writing a change set: planned, agreed to where it ends something, then written, all of it or nothing.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import type { ChangeRequest, ChangeSet, PlanView } from '@drvs/contracts';
import type { Command } from 'commander';
import { CliError, EXIT } from './errors.js';
import { asData } from './output/format.js';
import type { Session } from './session.js';
import type { Terminal } from './terminal.js';
import { drawChange, drawPlan, isEmptyPlan, obstacles } from './views/plan.js';

export interface WriteOptions {
  dryRun?: boolean;
  plan?: string;
  yes?: boolean;
  force?: boolean;
  reason?: string;
  /** The plan is shown also where nothing ends: what is written was not written down by whoever asks. */
  shown?: boolean;
}

/** The ways to agree to what a change set does. */
export function agreeable(command: Command): Command {
  return command
    .option('--dry-run', 'only show the plan, as `drvsctl plan` does')
    .option('--plan <id>', 'apply only if it still does what this plan says, without being asked')
    .option('-y, --yes', 'apply whatever it does now, without being asked')
    .option('--force', 'as --yes, without a plan; needs --reason')
    .option('--reason <text>', 'why, for the audit');
}

/**
 * Shows what a change set would do.
 *
 * @throws CliError where it could not be applied, and with {@link EXIT.changes} where it would do anything
 */
export async function showPlan(changeSet: ChangeSet, howToApply: string, session: Session): Promise<void> {
  const { terminal, format } = session;
  const view = await session.client.plan(changeSet);
  terminal.stdout.write(format === 'table' ? `${drawPlan(view, session.layout())}\n` : asData(view, format));
  assertApplicable(view);
  if (isEmptyPlan(view)) return;
  throw new CliError('PlanHasChanges', EXIT.changes, 'there are changes', `${howToApply} --plan ${view.id}`);
}

/** Writes a change set once its effects are agreed to, or only shows them where it is a dry run. */
export async function write(changeSet: ChangeSet, options: WriteOptions, session: Session): Promise<void> {
  const { dryRun, force, reason } = options;
  if (dryRun === true) return showPlan(changeSet, 'apply them: the same command with', session);
  if (force === true && reason === undefined) {
    throw new CliError(
      'ReasonMissing',
      EXIT.usage,
      '--force needs a reason',
      'add --reason TEXT: it is kept in the audit',
    );
  }
  const agreed = force === true ? { force } : { plan: options.plan ?? (await agree(changeSet, options, session)) };
  const request: ChangeRequest = { ...changeSet, ...agreed, ...(reason !== undefined && { reason }) };
  const view = await session.client.change(request, randomUUID());
  const { format, terminal } = session;
  terminal.stdout.write(format === 'table' ? `${drawChange(view)}\n` : asData(view, format));
}

/** Plans, shows the plan, and asks where something would end. Gives the plan's id. */
async function agree(changeSet: ChangeSet, { yes, shown }: WriteOptions, session: Session): Promise<string> {
  const { terminal } = session;
  const view = await session.client.plan(changeSet);
  const hindered = obstacles(view).length > 0;
  if (hindered || view.destructive || shown === true) terminal.stderr.write(`${drawPlan(view, session.layout())}\n\n`);
  assertApplicable(view);
  if (!view.destructive || yes === true) return view.id;
  if (!terminal.canAsk) {
    throw new CliError(
      'NoTerminal',
      EXIT.usage,
      'drvsctl asks before it ends anything, and this is not a terminal',
      `pass --plan ${view.id}, or --yes`,
    );
  }
  if (await ask(view, terminal)) return view.id;
  throw new CliError('NotDecided', EXIT.refused, 'nothing was written: it was not agreed to');
}

/** @throws CliError where something keeps it from being applied; the plan was shown by then */
function assertApplicable(view: PlanView): void {
  const { length } = obstacles(view);
  if (length === 0) return;
  const many = length === 1 ? 'one thing keeps' : `${length} things keep`;
  throw new CliError(
    'NotApplicable',
    EXIT.refused,
    `${many} it from being applied`,
    'correct the file: nothing was written',
  );
}

/** Asks for a whole word, so that a stray Enter ends nothing. */
async function ask(view: PlanView, terminal: Terminal): Promise<boolean> {
  const reader = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const { processesEnded } = view.effects;
    const question = `This ends ${processesEnded} bound processes. Type apply to go on: `;
    return (await reader.question(question, { signal: terminal.interrupted })).trim() === 'apply';
  } finally {
    reader.close();
  }
}
