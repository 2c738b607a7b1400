// SPDX-License-Identifier: Apache-2.0
// `drvsctl held`: look at changes the guard holds, let them happen, or take them back.
import { createInterface } from 'node:readline/promises';
import type { HeldDecision, HeldOutcome, HeldView } from '@drvs/contracts';
import { InvalidArgumentError, type Command } from 'commander';
import { HeldChangedError } from '../client/refusal.js';
import { CliError, EXIT } from '../errors.js';
import { asData } from '../output/format.js';
import { openSession, type Session } from '../session.js';
import { show } from '../show.js';
import type { Terminal } from '../terminal.js';
import { drawHeld, drawOutcome, effects, heldView } from '../views/held.js';

type Verb = 'confirm' | 'refuse';

interface DecisionOptions {
  yes?: boolean;
  hash?: string;
  reason?: string;
}

export function addHeldCommands(program: Command, terminal: Terminal): void {
  const held = program.command('held').description('changes that the guard holds back because of what they would end');
  held
    .command('show', { isDefault: true })
    .description('show the held changes and what they would end')
    .action((_options: unknown, command: Command) => show(openSession(command, terminal), heldView));
  addDecision(held, 'confirm', 'let the held changes happen: what they name ends', terminal);
  addDecision(held, 'refuse', 'take the held changes back: their entries are written to the directory again', terminal);
}

function addDecision(held: Command, verb: Verb, description: string, terminal: Terminal): void {
  held
    .command(verb)
    .description(description)
    .option('--hash <hash>', 'decide on exactly this set (as `held show` gives it), without being asked', parseHash)
    .option('-y, --yes', 'decide on whatever is held now, without being asked')
    .option('--reason <text>', 'why, for the audit')
    .action((options: DecisionOptions, command: Command) => decide(verb, options, openSession(command, terminal)));
}

async function decide(verb: Verb, options: DecisionOptions, session: Session): Promise<void> {
  const { terminal } = session;
  const asks = options.hash === undefined && options.yes !== true;
  if (asks && !terminal.canAsk) {
    throw new CliError(
      'NoTerminal',
      EXIT.usage,
      `held ${verb} asks before it acts, and this is not a terminal`,
      'pass --hash HASH (the hash of `drvsctl held show`), or --yes for whatever is held now',
    );
  }
  for (let held = await session.client.held(); ;) {
    if (held.items.length === 0) throw nothingHeld(options.hash);
    if (options.hash !== held.hash) terminal.stderr.write(`${drawHeld(held, session.layout())}\n\n`);
    if (options.hash !== undefined && options.hash !== held.hash) throw new HeldChangedError(held);
    if (asks && !(await ask(verb, held, terminal))) {
      throw new CliError('NotDecided', EXIT.refused, `nothing was done: held ${verb} was not agreed to`);
    }
    const answer = await post(verb, { hash: held.hash, reason: options.reason }, session);
    if ('decision' in answer) return printOutcome(answer, session);
    terminal.stderr.write('The held set changed while you decided; nothing was done. It is now:\n\n');
    if (!asks) {
      terminal.stderr.write(`${drawHeld(answer, session.layout())}\n\n`);
      throw new HeldChangedError(answer);
    }
    held = answer;
  }
}

/** Posts the decision: its outcome, or the present held set where that is not the one decided upon. */
async function post(verb: Verb, decision: HeldDecision, session: Session): Promise<HeldOutcome | HeldView> {
  try {
    return await session.client.decideHeld(verb, decision);
  } catch (error) {
    if (error instanceof HeldChangedError) return error.current;
    throw error;
  }
}

function printOutcome(outcome: HeldOutcome, session: Session): void {
  const { format } = session;
  const text = format === 'table' ? `${drawOutcome(outcome, session.layout())}\n` : asData(outcome, format);
  session.terminal.stdout.write(text);
}

function nothingHeld(hash: string | undefined): CliError {
  const message = hash === undefined ? 'nothing is held' : `nothing is held: the set ${hash} is gone`;
  return new CliError(
    'NothingHeld',
    EXIT.conflict,
    message,
    'somebody else may have decided: drvsctl revisions shows it',
  );
}

/** Asks for a whole word, so that a stray Enter ends nothing. */
async function ask(verb: Verb, held: HeldView, terminal: Terminal): Promise<boolean> {
  const what = verb === 'confirm' ? `This ${effects(held)}.` : 'This writes the entries above to the directory again.';
  const reader = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const answer = await reader.question(`${what} Type ${verb} to go on: `, { signal: terminal.interrupted });
    return answer.trim() === verb;
  } finally {
    reader.close();
  }
}

function parseHash(text: string): string {
  if (text.trim() !== '') return text.trim();
  throw new InvalidArgumentError('It takes the hash that `drvsctl held show` prints.');
}
