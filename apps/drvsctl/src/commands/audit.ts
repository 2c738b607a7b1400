// SPDX-License-Identifier: Apache-2.0
// `drvsctl audit`: who did what, from where, and what came of it; whole, as JSON lines, with --export.
import { AUDIT_OUTCOMES } from '@drvs/contracts';
import { Option, type Command } from 'commander';
import type { AuditFilter } from '../client/client.js';
import { parseInstant } from '../instant.js';
import { parseMost } from '../number-argument.js';
import { openSession, type Session } from '../session.js';
import { show } from '../show.js';
import type { Terminal } from '../terminal.js';
import { auditView } from '../views/audit.js';

const DEFAULT_ROWS = 50;

type AuditOptions = AuditFilter & { readonly most: number; readonly export?: boolean };

export function addAuditCommand(program: Command, terminal: Terminal): void {
  const instant = (text: string): string => parseInstant(text, terminal.now());
  program
    .command('audit')
    .description('list who did what, from where, and what came of it, newest first')
    .option('--actor <name>', 'only what this one did, e.g. token:deploy')
    .option('--action <name>', 'only this: change, held.confirm, held.refuse, token.create, token.revoke, audit.prune')
    .addOption(new Option('--outcome <word>', 'only what came to this').choices(AUDIT_OUTCOMES))
    .option('--since <instant>', 'from then on: 2026-01-31, 2026-01-31T12:00:00Z, or 30m, 2h, 7d ago', instant)
    .option('--until <instant>', 'before then', instant)
    .option('--after <id>', 'only rows recorded after this one')
    .option('-n, --most <number>', 'how many, at most 1000', parseMost, DEFAULT_ROWS)
    .option('--export', 'print all of them as JSON lines, oldest first; go on later with --after the last id')
    .action(({ most, export: whole, ...filter }: AuditOptions, command: Command) => {
      const session = openSession(command, terminal);
      return whole === true ? exportAudit(filter, session) : show(session, auditView(filter, most));
    });
}

async function exportAudit(filter: AuditFilter, { client, terminal }: Session): Promise<void> {
  let rows = 0;
  for await (const row of client.auditFromOldest(filter)) {
    terminal.stdout.write(`${JSON.stringify(row)}\n`);
    rows += 1;
    if (terminal.interrupted.aborted) return;
  }
  terminal.stderr.write(`${rows} rows.\n`);
}
