// SPDX-License-Identifier: Apache-2.0
// `drvsctl lint`: the manager's checks on LDIF files, without a manager and without a directory.
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { lint, type LintFile, type LintResult } from '@drvs/directory/offline';
import type { Command } from 'commander';
import { z } from 'zod';
import { CliError, EXIT } from '../errors.js';
import { asData, FORMATS } from '../output/format.js';
import { paintFor } from '../output/paint.js';
import type { Terminal } from '../terminal.js';
import { drawLint } from '../views/lint.js';

interface LintCommandOptions {
  base?: string;
  onto?: string[];
}

export function addLintCommand(program: Command, terminal: Terminal): void {
  program
    .command('lint')
    .description('check LDIF files as the manager would check the directory, offline')
    .argument('<file...>', 'LDIF, taken one after the other; - is standard input')
    .option('--onto <file...>', 'LDIF of the directory they are meant for: its own problems are not told')
    .option('--base <dn>', 'DN of the system entry; default: found in the files')
    .action((files: string[], options: LintCommandOptions, command: Command) =>
      check(files, options, command, terminal),
    );
}

const outputSchema = z.object({ output: z.enum(FORMATS) });

async function check(
  files: readonly string[],
  { base, onto }: LintCommandOptions,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  const result = lint(await readAll(files, terminal), {
    now: terminal.now().getTime(),
    ...(base !== undefined && { baseDn: base }),
    ...(onto !== undefined && { onto: await readAll(onto, terminal) }),
  });
  const { output } = outputSchema.parse(command.optsWithGlobals());
  if (output === 'table') {
    const layout = { paint: paintFor(terminal), width: terminal.columns(), now: terminal.now() };
    terminal.stdout.write(`${drawLint(result, layout)}\n`);
  } else {
    terminal.stdout.write(asData({ base: result.baseDn ?? null, findings: result.findings }, output));
  }
  if (result.findings.length > 0) throw found(result);
}

function found({ findings }: LintResult): CliError {
  const many = findings.length === 1 ? 'one thing is wrong' : `${findings.length} things are wrong`;
  return new CliError('LintFindings', EXIT.refused, many, 'correct them in the files, and run drvsctl lint again');
}

async function readAll(names: readonly string[], terminal: Terminal): Promise<LintFile[]> {
  const files: LintFile[] = [];
  for (const name of names) files.push({ name, bytes: await readOne(name, terminal) });
  return files;
}

async function readOne(name: string, terminal: Terminal): Promise<Uint8Array> {
  if (name === '-') return buffer(terminal.stdin);
  try {
    return await readFile(name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError('FileUnreadable', EXIT.usage, `${name} cannot be read: ${why}`, 'give the path of an LDIF file');
  }
}
