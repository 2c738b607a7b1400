// SPDX-License-Identifier: Apache-2.0
// `drvsctl logs`: the journal of a launched process, from whatever node it is on.
import { InvalidArgumentError, type Command } from 'commander';
import { MAX_JOURNAL_LINES, type JournalEntry } from '@drvs/contracts';
import { readLog } from '../client/log-stream.js';
import { asItem } from '../output/format.js';
import { harmless } from '../output/paint.js';
import { splitProcess } from '../records/place.js';
import { openSession } from '../session.js';
import type { Terminal } from '../terminal.js';

interface LogOptions {
  readonly lines: number;
  readonly follow?: boolean;
}

export function addLogsCommand(program: Command, terminal: Terminal): void {
  program
    .command('logs')
    .description('show the journal of a launched process')
    .argument('<name>', 'VM/PROCESS')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('-n, --lines <number>', 'lines from before now', parseLines, 100)
    .action(async (name: string, options: LogOptions, command: Command) => {
      const { client, format } = openSession(command, terminal);
      const { vm, cn } = splitProcess(name);
      const wish = { vm, process: cn, lines: options.lines, follow: options.follow === true };
      for await (const entry of readLog(client, wish, terminal.interrupted)) {
        terminal.stdout.write(format === 'table' ? `${drawLine(entry)}\n` : asItem(entry, format));
      }
    });
}

/** As journalctl writes it, with nothing in it that a terminal would obey. */
function drawLine({ at, pid, text }: JournalEntry): string {
  return `${at} ${pid === null ? '' : `[${pid}] `}${harmless(text)}`;
}

function parseLines(text: string): number {
  const lines = Number(text);
  if (Number.isInteger(lines) && lines >= 0 && lines <= MAX_JOURNAL_LINES) return lines;
  throw new InvalidArgumentError(`It takes a whole number from 0 to ${MAX_JOURNAL_LINES}.`);
}
