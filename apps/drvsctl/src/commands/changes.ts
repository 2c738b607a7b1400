// SPDX-License-Identifier: Apache-2.0
// `drvsctl plan`, `apply`, `rollback`, `show`: what a change set would do, doing it, and taking it back.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import type { ChangeRequest, ChangeSet, PlanView } from '@drvs/contracts';
import type { Command } from 'commander';
import { readChangeSet } from '../change-set-file.js';
import { CliError, EXIT } from '../errors.js';
import { asData } from '../output/format.js';
import { harmless } from '../output/paint.js';
import { openSession, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { drawChange, drawPlan, isEmptyPlan, obstacles } from '../views/plan.js';

interface PlanOptions {
  file: string[];
}

interface WriteOptions {
  plan?: string;
  yes?: boolean;
  force?: boolean;
  reason?: string;
}

type ApplyOptions = PlanOptions & WriteOptions;

const FILES = 'LDIF, or a list of operations in .yaml or .json; - is LDIF on standard input';

export function addChangeCommands(program: Command, terminal: Terminal): void {
  program
    .command('plan')
    .description('show what a change set would do: per object, per node, and which bound processes would end')
    .requiredOption('-f, --file <file...>', FILES)
    .action((options: PlanOptions, command: Command) => plan(options, openSession(command, terminal)));
  agreeable(
    program
      .command('apply')
      .description('write a change set into the directory, all of it or nothing')
      .requiredOption('-f, --file <file...>', FILES),
  ).action((options: ApplyOptions, command: Command) => apply(options, openSession(command, terminal)));
  agreeable(
    program
      .command('rollback')
      .description('make the directory what it was at a revision, as a change set')
      .argument('<revision>', 'as `drvsctl revisions` numbers them'),
  ).action((revision: string, options: WriteOptions, command: Command) =>
    rollback(revision, options, openSession(command, terminal)),
  );
  program
    .command('show')
    .description('show what a revision did to the directory, as LDIF')
    .argument('<revision>', 'as `drvsctl revisions` numbers them')
    .option('--undo', 'show what takes it back')
    .action((revision: string, options: { undo?: boolean }, command: Command) =>
      showRevision(revision, options, openSession(command, terminal)),
    );
}

/** The ways to agree to what a change set does. */
function agreeable(command: Command): Command {
  return command
    .option('--plan <id>', 'apply only if it still does what this plan says, without being asked')
    .option('-y, --yes', 'apply whatever it does now, without being asked')
    .option('--force', 'as --yes, without a plan; needs --reason')
    .option('--reason <text>', 'why, for the audit');
}

async function plan({ file }: PlanOptions, session: Session): Promise<void> {
  const { terminal, format } = session;
  const view = await session.client.plan(await readChangeSet(file, terminal));
  terminal.stdout.write(format === 'table' ? `${drawPlan(view, session.layout())}\n` : asData(view, format));
  assertApplicable(view);
  if (!isEmptyPlan(view)) {
    throw new CliError(
      'PlanHasChanges',
      EXIT.changes,
      'there are changes',
      `apply them: drvsctl apply --plan ${view.id} -f ...`,
    );
  }
}

async function apply(options: ApplyOptions, session: Session): Promise<void> {
  return write(await readChangeSet(options.file, session.terminal), options, session);
}

/** Writes a change set once its effects are agreed to. */
async function write(changeSet: ChangeSet, options: WriteOptions, session: Session): Promise<void> {
  const { force, reason } = options;
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

async function rollback(revision: string, options: WriteOptions, session: Session): Promise<void> {
  const { ldif, operations, passwordsLost } = await session.client.rollback(revision);
  const { terminal } = session;
  if (operations === 0) {
    terminal.stdout.write(`The directory is as it was at revision ${revision}: nothing to do.\n`);
    return;
  }
  await write({ ldif }, { ...options, reason: options.reason ?? `rollback to revision ${revision}` }, session);
  if (passwordsLost.length === 0) return;
  const dns = harmless(passwordsLost.join(', '));
  terminal.stderr.write(`Set a new password for (it could not be restored): ${dns}\n`);
}

async function showRevision(revision: string, { undo }: { undo?: boolean }, session: Session): Promise<void> {
  const view = await session.client.revisionLdif(revision);
  const { terminal, format } = session;
  const ldif = undo === true ? view.backward : view.forward;
  terminal.stdout.write(format === 'table' ? ldif : asData(view, format));
}

/** Plans, shows the plan, and asks where something would end. Gives the plan's id. */
async function agree(changeSet: ChangeSet, { yes }: WriteOptions, session: Session): Promise<string> {
  const { terminal } = session;
  const view = await session.client.plan(changeSet);
  const hindered = obstacles(view).length > 0;
  if (hindered || view.destructive) terminal.stderr.write(`${drawPlan(view, session.layout())}\n\n`);
  assertApplicable(view);
  if (!view.destructive || yes === true) return view.id;
  if (!terminal.canAsk) {
    throw new CliError(
      'NoTerminal',
      EXIT.usage,
      'apply asks before it ends anything, and this is not a terminal',
      `pass --plan ${view.id}, or --yes`,
    );
  }
  if (await ask(view, terminal)) return view.id;
  throw new CliError('NotDecided', EXIT.refused, 'nothing was written: apply was not agreed to');
}

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
