// SPDX-License-Identifier: Apache-2.0
// `drvsctl create`, `set`, `delete`: one record of the directory, by a change set as `apply` writes it.
import type { TopologyView } from '@drvs/contracts';
import { Argument, type Command } from 'commander';
import { RECORD_KINDS, readAssignments, type Assignment, type RecordKind } from '../records/assignment.js';
import { changeRecord, createRecord, deleteRecord, type Operation } from '../records/operations.js';
import { findPlace, newPlace } from '../records/place.js';
import { openSession } from '../session.js';
import type { Terminal } from '../terminal.js';
import { agreeable, write, type WriteOptions } from '../writing.js';

const NAME = 'of the node or VM; of a process VM/PROCESS';
const ASSIGNMENTS =
  'ATTRIBUTE=VALUE, or += and -= for one value among several; ATTRIBUTE= takes it away. As the schema names it, ' +
  'with or without "drvs"; nodes by name';

interface RecordCommand {
  readonly verb: string;
  readonly description: string;
  /** The argument of assignments, for commands that take any. */
  readonly assignments?: string;
  /** What the command means, given the topology. */
  readonly operations: (
    kind: RecordKind,
    name: string,
    assignments: Assignment[],
    topology: TopologyView,
  ) => Operation[];
}

const COMMANDS: readonly RecordCommand[] = [
  {
    verb: 'create',
    description: 'write the record of a new node, VM or process',
    assignments: '[assignments...]',
    operations: (kind, name, assignments, topology) =>
      createRecord(newPlace(kind, name, topology), assignments, topology),
  },
  {
    verb: 'set',
    description: 'change attributes of a node, VM or process',
    assignments: '<assignments...>',
    operations: (kind, name, assignments, topology) =>
      changeRecord(findPlace(kind, name, topology), assignments, topology),
  },
  {
    verb: 'delete',
    description: 'delete a process, a VM with its processes, or a node',
    operations: (kind, name, _none, topology) => deleteRecord(findPlace(kind, name, topology), topology),
  },
];

export function addRecordCommands(program: Command, terminal: Terminal): void {
  for (const recordCommand of COMMANDS) addRecordCommand(program, terminal, recordCommand);
}

function addRecordCommand(program: Command, terminal: Terminal, recordCommand: RecordCommand): void {
  const command = program
    .command(recordCommand.verb)
    .description(recordCommand.description)
    .addArgument(new Argument('<kind>', 'of record').choices(RECORD_KINDS))
    .argument('<name>', NAME);
  if (recordCommand.assignments !== undefined) command.argument(recordCommand.assignments, ASSIGNMENTS);
  agreeable(command).action(async (kind: RecordKind, name: string) => {
    const session = openSession(command, terminal);
    const assignments = readAssignments(kind, command.args.slice(2));
    const operations = recordCommand.operations(kind, name, assignments, await session.client.topology());
    await write({ operations }, command.opts<WriteOptions>(), session);
  });
}
