// SPDX-License-Identifier: Apache-2.0
// Entry of the manager: `main.js` serves, `main.js token ...` manages API tokens.
import 'reflect-metadata';
import { UsageError, runTokenCommand } from './access/token.command.js';
import { createLogger, errorText } from './common/logger.js';
import { SettingsError, parseSettings } from './config/settings.js';

const USAGE = `usage: main.js                 serve (settings: environment, see apps/manager/README.md)
       main.js token create|list|revoke ...`;

async function serve(): Promise<void> {
  const settings = parseSettings(process.env);
  const logger = createLogger(settings.logLevel);
  // Loaded only here: the subcommands start faster without Nest.
  const { startManager } = await import('./manager.js');
  const manager = await startManager(settings, logger);
  const stop = (signal: string): void => {
    logger.info({ signal }, 'the manager stops');
    manager.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error: errorText(error) }, 'the manager could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

async function main(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  if (command === undefined) return serve();
  if (command === 'token') {
    process.stdout.write(`${await runTokenCommand(rest, process.env)}\n`);
    return;
  }
  throw new UsageError(`unknown command '${command}'\n${USAGE}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`drvs-manager: ${errorText(error)}\n`);
  process.exit(error instanceof UsageError || error instanceof SettingsError ? 2 : 1);
});
