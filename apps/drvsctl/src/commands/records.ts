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

/** The operations that a command means, given the topology. */
type OperationsFor = (kind: RecordKind, name: string, assignments: Assignment[], topology: TopologyView) => Operation[];

export function addRecordCommands(program: Command, terminal: Terminal): void {
  writes(
    recordCommand(program, 'create', 'write the record of a new node, VM or process').argument(
      '[assignments...]',
      ASSIGNMENTS,
    ),
    terminal,
    (kind, name, assignments, topology) => createRecord(newPlace(kind, name, topology), assignments, topology),
  );
  writes(
    recordCommand(program, 'set', 'change attributes of a node, VM or process').argument(
      '<assignments...>',
      ASSIGNMENTS,
    ),
    terminal,
    (kind, name, assignments, topology) => changeRecord(findPlace(kind, name, topology), assignments, topology),
  );
  writes(
    recordCommand(program, 'delete', 'delete a process, a VM with its processes, or a node'),
    terminal,
    (kind, name, _, topology) => deleteRecord(findPlace(kind, name, topology), topology),
  );
}

/** What is read, resolved and written by each of the commands. */
function writes(command: Command, terminal: Terminal, operationsFor: OperationsFor): void {
  command.action(async (kind: RecordKind, name: string) => {
    const session = openSession(command, terminal);
    const assignments = readAssignments(kind, command.args.slice(2));
    const operations = operationsFor(kind, name, assignments, await session.client.topology());
    await write({ operations }, command.opts<WriteOptions>(), session);
  });
}

function recordCommand(program: Command, verb: string, description: string): Command {
  const command = program
    .command(verb)
    .description(description)
    .addArgument(new Argument('<kind>', 'of record').choices(RECORD_KINDS))
    .argument('<name>', NAME);
  return agreeable(command);
}
