// SPDX-License-Identifier: Apache-2.0
// `drvsctl create`, `set`, `delete`: one record of the directory, by a change set as `apply` writes it.
import { Argument, type Command } from 'commander';
import { RECORD_KINDS, readAssignments, type RecordKind } from '../records/assignment.js';
import { changeRecord, createRecord, deleteRecord } from '../records/operations.js';
import { findPlace, newPlace } from '../records/place.js';
import { openSession } from '../session.js';
import type { Terminal } from '../terminal.js';
import { agreeable, write, type WriteOptions } from '../writing.js';

const NAME = 'of the node or VM; of a process VM/PROCESS';
const ASSIGNMENTS =
  'ATTRIBUTE=VALUE, or += and -= for one value among several; ATTRIBUTE= takes it away. As the schema names it, ' +
  'with or without "drvs"; nodes by name';

export function addRecordCommands(program: Command, terminal: Terminal): void {
  recordCommand(program, 'create', 'write the record of a new node, VM or process')
    .argument('[assignments...]', ASSIGNMENTS)
    .action(async (kind: RecordKind, name: string, texts: string[], options: WriteOptions, command: Command) => {
      const session = openSession(command, terminal);
      const assignments = readAssignments(kind, texts);
      const topology = await session.client.topology();
      const operations = createRecord(newPlace(kind, name, topology), assignments, topology);
      await write({ operations }, options, session);
    });
  recordCommand(program, 'set', 'change attributes of a node, VM or process')
    .argument('<assignments...>', ASSIGNMENTS)
    .action(async (kind: RecordKind, name: string, texts: string[], options: WriteOptions, command: Command) => {
      const session = openSession(command, terminal);
      const assignments = readAssignments(kind, texts);
      const topology = await session.client.topology();
      const operations = changeRecord(findPlace(kind, name, topology), assignments, topology);
      await write({ operations }, options, session);
    });
  recordCommand(program, 'delete', 'delete a process, a VM with its processes, or a node').action(
    async (kind: RecordKind, name: string, options: WriteOptions, command: Command) => {
      const session = openSession(command, terminal);
      const topology = await session.client.topology();
      const operations = deleteRecord(findPlace(kind, name, topology), topology);
      await write({ operations }, options, session);
    },
  );
}

function recordCommand(program: Command, verb: string, description: string): Command {
  const command = program
    .command(verb)
    .description(description)
    .addArgument(new Argument('<kind>', 'of record').choices(RECORD_KINDS))
    .argument('<name>', NAME);
  return agreeable(command);
}
