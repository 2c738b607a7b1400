// SPDX-License-Identifier: Apache-2.0
// The command tree, and how a run of it ends.
import { Command, CommanderError, Option } from 'commander';
import { addAuditCommand } from './commands/audit.js';
import { addChangeCommands } from './commands/changes.js';
import { addCompletionCommand } from './commands/completion.js';
import { addEventsCommand } from './commands/events.js';
import { addHeldCommands } from './commands/held.js';
import { addLogsCommand } from './commands/logs.js';
import { addLintCommand } from './commands/lint.js';
import { addLookCommands } from './commands/look.js';
import { addOperationCommands } from './commands/operations.js';
import { addRestartCommands } from './commands/restart.js';
import { addRecordCommands } from './commands/records.js';
import { CliError, EXIT, type ExitStatus } from './errors.js';
import { FORMATS } from './output/format.js';
import { harmless } from './output/paint.js';
import type { Terminal } from './terminal.js';
import { VERSION } from './version.js';

export function makeProgram(terminal: Terminal): Command {
  const program = new Command('drvsctl')
    .description('See and steer a DRVS: VMs that span Linux nodes, made of processes that talk by M3-IPC.')
    .option('--url <url>', 'manager, https://HOST:PORT (MANAGER_URL)')
    .option('--token-file <file>', 'file with the API token (DRVS_TOKEN_FILE)')
    .option('--ca <file>', "PEM file of the manager's authority (DRVS_CA)")
    .option('--system <name>', 'system to look at (DRVS_SYSTEM)')
    .option('--insecure', 'allow http:// (DRVS_INSECURE=1): the token then travels unencrypted')
    .addOption(
      new Option('-o, --output <format>', 'table for people, json or yaml for programs')
        .choices(FORMATS)
        .default('table'),
    )
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'drvsctl: ')),
      getOutHelpWidth: () => terminal.columns() ?? 100,
      getErrHelpWidth: () => terminal.columns() ?? 100,
    })
    .exitOverride();
  addLookCommands(program, terminal);
  addEventsCommand(program, terminal);
  addChangeCommands(program, terminal);
  addRecordCommands(program, terminal);
  addOperationCommands(program, terminal);
  addRestartCommands(program, terminal);
  addLogsCommand(program, terminal);
  addHeldCommands(program, terminal);
  addAuditCommand(program, terminal);
  addLintCommand(program, terminal);
  addCompletionCommand(program, terminal);
  program
    .command('version')
    .description('print the version of drvsctl')
    .action(() => void terminal.stdout.write(`drvsctl ${VERSION}\n`));
  program.addHelpText(
    'after',
    '\nSettings not given come from the environment, then from ~/.config/drvs/drvsctl.json. See drvsctl(1).',
  );
  return program;
}

/** Runs one command line (without node and script); every error a person can meet ends here, in words. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitStatus> {
  try {
    await makeProgram(terminal).parseAsync(args, { from: 'user' });
    return terminal.interrupted.aborted ? EXIT.interrupted : EXIT.ok;
  } catch (error) {
    if (terminal.interrupted.aborted) return EXIT.interrupted;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CliError)) throw error;
    const remedy = error.remedy === undefined ? '' : `\n  ${harmless(error.remedy)}`;
    terminal.stderr.write(`drvsctl: ${harmless(error.message)}${remedy}\n`);
    return error.exit;
  }
}
