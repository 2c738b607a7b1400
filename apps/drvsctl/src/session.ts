// SPDX-License-Identifier: Apache-2.0
// What every command works with, made from the global options.
import type { Command } from 'commander';
import { z } from 'zod';
import { Client } from './client/client.js';
import { FORMATS, type Format } from './output/format.js';
import { paintFor } from './output/paint.js';
import type { Layout } from './output/table.js';
import { readSettings } from './settings.js';
import type { Terminal } from './terminal.js';

const globalsSchema = z.object({
  url: z.string().optional(),
  tokenFile: z.string().optional(),
  ca: z.string().optional(),
  system: z.string().optional(),
  insecure: z.boolean().optional(),
  output: z.enum(FORMATS),
});

export interface Session {
  readonly terminal: Terminal;
  readonly client: Client;
  readonly format: Format;
  layout(): Layout;
}

/** @throws CliError where a setting is missing or unusable */
export function openSession(command: Command, terminal: Terminal): Session {
  const globals = globalsSchema.parse(command.optsWithGlobals());
  const paint = paintFor(terminal);
  return {
    terminal,
    client: new Client(readSettings(globals, terminal)),
    format: globals.output,
    layout: () => ({ paint, width: terminal.columns(), now: terminal.now() }),
  };
}
