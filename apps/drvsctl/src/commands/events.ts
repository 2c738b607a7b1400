// SPDX-License-Identifier: Apache-2.0
// `drvsctl events`: what happened, and what happens.
import type { Command } from 'commander';
import { followEvents } from '../client/event-stream.js';
import { asItem } from '../output/format.js';
import { openSession } from '../session.js';
import type { Terminal } from '../terminal.js';
import { drawEvent } from '../views/events.js';

interface EventOptions {
  follow?: boolean;
  after?: string;
}

export function addEventsCommand(program: Command, terminal: Terminal): void {
  program
    .command('events')
    .description('print stored events, or with --follow those that happen from now on')
    .option('-f, --follow', 'go on printing; a lost connection is taken up where it broke')
    .option('--after <id>', 'begin behind the event of this id (0 = all that are stored)')
    .action((options: EventOptions, command: Command) => printEvents(options, command, terminal));
}

async function printEvents(options: EventOptions, command: Command, terminal: Terminal): Promise<void> {
  const session = openSession(command, terminal);
  const follow = options.follow ?? false;
  const connection = {
    opened: () => undefined,
    lost: (error: Error) => terminal.stderr.write(`drvsctl: ${error.message}; trying again\n`),
  };
  const query = { follow, after: options.after ?? (follow ? undefined : '0') };
  for await (const event of followEvents(session.client, query, connection, terminal.interrupted)) {
    terminal.stdout.write(
      session.format === 'table' ? `${drawEvent(event, session.layout())}\n` : asItem(event, session.format),
    );
  }
}
