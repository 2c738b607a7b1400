// SPDX-License-Identifier: Apache-2.0
// `drvsctl cordon`, `drain`, `pause`, `disable`, `activate` of a node, `stop` and `start` of a VM: the administrative
// state in the directory, with its reason.
import { InvalidArgumentError, type Command } from 'commander';
import type { NodeAdminState, VmAdminState } from '@drvs/contracts';
import { CliError, EXIT } from '../errors.js';
import { follow } from '../operation.js';
import { harmless } from '../output/paint.js';
import { findPlace } from '../records/place.js';
import { openSession, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { agreeable, write, type WriteOptions } from '../writing.js';

/** Ten minutes, as long as a drained node's processes have to leave. */
const DRAIN_SECONDS = 600;

interface DrainOptions extends WriteOptions {
  timeout: number;
  wait: boolean;
}

interface Verb {
  readonly name: string;
  readonly kind: 'node' | 'vm';
  readonly state: NodeAdminState | VmAdminState;
  readonly description: string;
  /** Whether a reason must be given, and is kept in the record. */
  readonly why: boolean;
}

const VERBS: readonly Verb[] = [
  { name: 'cordon', kind: 'node', state: 'cordoned', description: 'start nothing new on a node', why: true },
  { name: 'pause', kind: 'node', state: 'paused', description: 'let the agent of a node only report', why: true },
  { name: 'disable', kind: 'node', state: 'disabled', description: 'drain a node and take it out', why: true },
  { name: 'activate', kind: 'node', state: 'active', description: 'put a node into service (again)', why: false },
  { name: 'stop', kind: 'vm', state: 'stopped', description: 'stop a VM on all its nodes', why: true },
  { name: 'start', kind: 'vm', state: 'running', description: 'start a VM that was stopped', why: false },
];
const DRAIN: Verb = {
  name: 'drain',
  kind: 'node',
  state: 'drained',
  description: 'stop the launched processes of a node, and wait until the others have left',
  why: true,
};

export function addOperationCommands(program: Command, terminal: Terminal): void {
  for (const verb of VERBS) {
    verbCommand(program, verb).action((name: string, options: WriteOptions, command: Command) =>
      setState(verb, name, options, openSession(command, terminal)),
    );
  }
  verbCommand(program, DRAIN)
    .option(
      '--timeout <seconds>',
      'how long processes have to leave; with --force those left are unbound then',
      parseSeconds,
      DRAIN_SECONDS,
    )
    .option('--no-wait', 'return once it has begun: see drvsctl operations')
    .action(async (name: string, options: DrainOptions, command: Command) => {
      const session = openSession(command, terminal);
      await setState(DRAIN, name, options, session);
      if (options.dryRun === true) return;
      const force = options.force === true;
      const limits = { limitSeconds: Math.round(options.timeout), force };
      const begun = await session.client.begin({ kind: 'drain', node: name, ...limits, reason: options.reason ?? '' });
      if (!options.wait) return;
      await follow(begun, session);
      terminal.stderr.write(`${harmless(name)} is drained.\n`);
    });
}

function verbCommand(program: Command, { name, kind, description }: Verb): Command {
  return agreeable(program.command(name).description(description).argument('<name>', `of the ${kind}`));
}

async function setState(verb: Verb, name: string, options: WriteOptions, session: Session): Promise<void> {
  const { reason } = options;
  if (verb.why && reason === undefined) {
    throw new CliError(
      'ReasonMissing',
      EXIT.usage,
      `${verb.name} needs a reason`,
      'add --reason TEXT: it is kept in the record and in the audit',
    );
  }
  const { dn } = findPlace(verb.kind, name, await session.client.topology());
  const changes = [
    { op: 'replace' as const, attribute: 'drvsAdminState', values: [verb.state] },
    { op: 'replace' as const, attribute: 'drvsAdminReason', values: verb.why && reason !== undefined ? [reason] : [] },
  ];
  await write({ operations: [{ op: 'modify', dn, changes }] }, options, session);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('It takes seconds from 0 to 86400.');
}
