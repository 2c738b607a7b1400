// SPDX-License-Identifier: Apache-2.0
// The manual page is generated from the command tree and man/drvsctl.1.in: nothing of the program is missing from it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { EXIT } from './errors.js';
import { makeProgram } from './program.js';
import { fakeTerminal } from './test-support/fake-terminal.js';

const source = readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../man/drvsctl.1'), 'utf8');
/** The page as its reader sees it, but for line breaks: without requests, fonts and escaped minus signs. */
const page = source
  .replace(/^\.\\".*$/gm, '')
  .replace(/^\.[A-Za-z]+/gm, '')
  .replace(/\\f./g, '')
  .replaceAll('\\-', '-')
  .replaceAll('"', '');
const program = makeProgram(fakeTerminal());

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

describe('drvsctl(1)', () => {
  test.each(
    everyCommand(program)
      .slice(1)
      .map((command) => command.name()),
  )('names the command %s', (name) => {
    expect(page).toMatch(new RegExp(`\\b${name}\\b`));
  });

  const options = everyCommand(program).flatMap((command) =>
    command.options.flatMap((option) => [option.short, option.long]),
  );
  test.each([...new Set(options.filter((flag) => flag !== undefined))])('names the option %s', (flag) => {
    expect(page).toMatch(new RegExp(`(^|[^-a-z])${flag}\\b`, 'm'));
  });

  test.each(Object.entries(EXIT))('lists the exit status of %s, %d', (_name, status) => {
    const list = page.slice(page.indexOf('EXIT STATUS'), page.indexOf('EXAMPLES'));
    expect(list).toMatch(new RegExp(`^ ${String(status)}$`, 'm'));
  });
});
