// SPDX-License-Identifier: Apache-2.0
// Runs in a guest with the module loaded; src/in-guest.medium.test.ts starts it and reads its lines: `ok NAME` or
// `not ok NAME: why`. `--list` only names the checks.
import { checks as cancellation } from './in-guest/cancellation.mjs';
import { checks as endurance } from './in-guest/endurance.mjs';
import { checks as events } from './in-guest/events.mjs';
import { checks as examples } from './in-guest/examples.mjs';
import { checks as management } from './in-guest/management.mjs';
import { checks as memory } from './in-guest/memory.mjs';
import { checks as messages } from './in-guest/messages.mjs';
import { checks as privileges } from './in-guest/privileges.mjs';
import { checks as server } from './in-guest/server.mjs';
import { checks as workers } from './in-guest/workers.mjs';
import { kernel } from './in-guest/support.mjs';

const LIMIT_MS = 120_000;

const all = {
  ...management,
  ...messages,
  ...cancellation,
  ...server,
  ...memory,
  ...privileges,
  ...events,
  ...workers,
  ...endurance,
  ...examples,
};

const end = {
  'drvsEnd leaves the DRVS, and every later call says so': () => {
    kernel.drvsEnd();
    if (kernel.drvs().running) throw new Error('it runs');
    try {
      kernel.vms();
    } catch (error) {
      if (error.code === 'EDVSINIT') return;
    }
    throw new Error('vms() did not say EDVSINIT');
  },
};

/** A check that hangs is a failure, not the end of the others. */
async function inTime(check) {
  let timer;
  const over = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over in ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([check(), over]);
  } finally {
    clearTimeout(timer);
  }
}

async function run(checks) {
  let failures = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await inTime(check);
      console.log(`ok ${name}`);
    } catch (error) {
      failures++;
      console.log(`not ok ${name}: ${String(error.stack).split('\n').slice(0, 12).join(' / ')}`);
    }
  }
  return failures;
}

const checks = { ...all, ...end };

if (process.argv[2] === '--list') console.log(Object.keys(checks).join('\n'));
else process.exit((await run(checks)) === 0 ? 0 : 1);
