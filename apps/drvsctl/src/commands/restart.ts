// SPDX-License-Identifier: Apache-2.0
// `drvsctl restart`, and `drvsctl operations`: what managers have done for people, step by step.
import { InvalidArgumentError, type Command } from 'commander';
import type { OperationRequest } from '@drvs/contracts';
import { CliError, EXIT } from '../errors.js';
import { follow } from '../operation.js';
import { openSession } from '../session.js';
import { show } from '../show.js';
import { splitProcess } from '../records/place.js';
import type { Terminal } from '../terminal.js';
import { operationView, operationsView } from '../views/operations.js';

interface RestartOptions {
  readonly node?: string;
  readonly batch: number;
  readonly pause: number;
  readonly maxFailures: number;
  readonly reason?: string;
  readonly wait: boolean;
}

export function addRestartCommands(program: Command, terminal: Terminal): void {
  program
    .command('restart')
    .description('restart launched processes, a few at a time, each when those before are bound again')
    .argument('[name]', 'VM, or VM/PROCESS; every VM with --node alone')
    .option('--node <name>', 'only those on this node')
    .option('--batch <number>', 'how many are down at once', parseCount(1, 1000), 1)
    .option('--pause <seconds>', 'rest between two batches', parseCount(0, 3600), 0)
    .option('--max-failures <number>', 'pause when more have failed', parseCount(0, 1000), 0)
    .option('--reason <text>', 'why: it is kept in the audit')
    .option('--no-wait', 'return once it has begun')
    .action(async (name: string | undefined, options: RestartOptions, command: Command) => {
      const session = openSession(command, terminal);
      const begun = await session.client.begin(restartRequest(name, options));
      if (options.wait) await follow(begun, session);
      else terminal.stdout.write(`${begun.id}\n`);
    });
  addOperations(program, terminal);
}

function addOperations(program: Command, terminal: Terminal): void {
  const operations = program
    .command('operations')
    .description('restarts and drains that managers do or did: how far they are')
    .option('-n, --last <number>', 'how many, newest first', parseCount(1, 1000), 20)
    .action((options: { last: number }, command: Command) =>
      show(openSession(command, terminal), operationsView(options.last)),
    );
  operations
    .command('show')
    .description('one operation with all its targets')
    .argument('<id>', 'of the operation')
    .action((id: string, _: unknown, command: Command) => show(openSession(command, terminal), operationView(id)));
  for (const [verb, description] of [
    ['resume', 'let a paused operation go on, what failed once more'],
    ['stop', 'begin nothing more of an operation'],
  ] as const) {
    operations
      .command(verb)
      .description(description)
      .argument('<id>', 'of the operation')
      .action(async (id: string, _: unknown, command: Command) => {
        const session = openSession(command, terminal);
        const view = await session.client.turnOperation(id, verb);
        if (verb === 'resume') await follow(view, session);
        else await show(session, operationView(id));
      });
  }
}

function restartRequest(name: string | undefined, options: RestartOptions): OperationRequest {
  const { node, batch, pause, maxFailures, reason } = options;
  if (name === undefined && node === undefined) {
    throw new CliError('RestartOfWhat', EXIT.usage, 'restart needs a VM, VM/PROCESS, or --node', 'see drvsctl ps');
  }
  if (reason === undefined) {
    throw new CliError(
      'ReasonMissing',
      EXIT.usage,
      'restart needs a reason',
      'add --reason TEXT: it is kept in the audit',
    );
  }
  const process = name?.includes('/') === true ? splitProcess(name) : undefined;
  const vm = process?.vm ?? name;
  return {
    ...{ kind: 'restart', batch, pauseSeconds: pause, maxFailures, reason },
    ...(vm !== undefined && { vm }),
    ...(node !== undefined && { node }),
    ...(process && { processes: [process.cn] }),
  };
}

function parseCount(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= least && count <= most) return count;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  };
}
