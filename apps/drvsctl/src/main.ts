// SPDX-License-Identifier: Apache-2.0
// The process: connects the command tree to the real streams and to Ctrl-C.
import { run } from './program.js';
import type { Terminal } from './terminal.js';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
// A reader that has seen enough (`| head`) closes the pipe: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  canAsk: process.stdin.isTTY && process.stderr.isTTY,
  isTerminal: process.stdout.isTTY,
  columns: () => (process.stdout.isTTY ? process.stdout.columns : undefined),
  now: () => new Date(),
  interrupted: interrupt.signal,
};

void run(process.argv.slice(2), terminal).then((status) => {
  process.exitCode = status;
});
