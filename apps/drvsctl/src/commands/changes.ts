// SPDX-License-Identifier: Apache-2.0
// `drvsctl plan`, `apply`, `rollback`, `show`: what a change set would do, doing it, and taking it back.
import type { Command } from 'commander';
import { readChangeSet } from '../change-set-file.js';
import { asData } from '../output/format.js';
import { harmless } from '../output/paint.js';
import { openSession, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { agreeable, showPlan, write, type WriteOptions } from '../writing.js';

interface PlanOptions {
  file: string[];
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
      .description('make the directory what it was at a revision: shows the plan, then writes the change set')
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

async function plan({ file }: PlanOptions, session: Session): Promise<void> {
  await showPlan(await readChangeSet(file, session.terminal), 'apply them: drvsctl apply -f ...', session);
}

async function apply(options: ApplyOptions, session: Session): Promise<void> {
  return write(await readChangeSet(options.file, session.terminal), options, session);
}

async function rollback(revision: string, options: WriteOptions, session: Session): Promise<void> {
  const { ldif, operations, passwordsLost } = await session.client.rollback(revision);
  const { terminal } = session;
  if (operations === 0) {
    terminal.stdout.write(`The directory is as it was at revision ${revision}: nothing to do.\n`);
    return;
  }
  const { reason = `rollback to revision ${revision}` } = options;
  await write({ ldif }, { ...options, reason, shown: true }, session);
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
