// SPDX-License-Identifier: Apache-2.0
// The daemon: reads its surroundings, starts the agent, ends on SIGTERM without touching what runs.
import { openKernel, openServiceManager } from '@drvs/m3ipc-node';
import { pino } from 'pino';
import { errorSentence } from './agent-error.js';
import { Agent } from './agent.js';
import { SystemdBus } from './apply/systemd-bus.js';
import { systemClock } from './clock.js';
import { loadConfig, loadPassword } from './config.js';
import { AGENT_VERSION, readIdentity } from './identity.js';

const CONFIG = process.env['DRVS_AGENT_CONF'] ?? '/etc/drvs/agent.conf';
const STATE_FOLDER = process.env['STATE_DIRECTORY'] ?? '/var/lib/drvs';
const RUNTIME_FOLDER = process.env['RUNTIME_DIRECTORY'] ?? '/run/drvs';

/** systemd's exit status for a configuration that no restart mends (sysexits.h, EX_CONFIG). */
const EX_CONFIG = 78;

const logger = pino({ base: undefined, timestamp: pino.stdTimeFunctions.isoTime });

async function main(): Promise<void> {
  const config = await loadConfig(CONFIG);
  if (config.insecure) logger.warn('insecure=true: plain LDAP and manager links are allowed; never on a real node');
  const password = (): Promise<string> => loadPassword(process.env['CREDENTIALS_DIRECTORY']);
  await password();
  const agent = new Agent({
    config,
    identity: await readIdentity(),
    password,
    kernel: openKernel(),
    systemd: new SystemdBus(),
    serviceManager: openServiceManager(),
    clock: systemClock,
    logger,
    stateFolder: STATE_FOLDER,
    socket: `${RUNTIME_FOLDER}/agent.sock`,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void agent.stop().then(() => process.exit(0)));
  }
  process.on('SIGHUP', () => void agent.lookAgain());
  await agent.start();
}

if (process.argv[2] === '--version') {
  process.stdout.write(`${AGENT_VERSION}\n`);
} else {
  main().catch((error: unknown) => {
    logger.fatal(errorSentence(error));
    process.exitCode = EX_CONFIG;
  });
}
