// SPDX-License-Identifier: Apache-2.0
// The commands that only look: status, topology, nodes, vms, ps, problems, revisions.
import { InvalidArgumentError, type Command } from 'commander';
import { parseMost } from '../number-argument.js';
import { openSession } from '../session.js';
import { show, watch } from '../show.js';
import type { Terminal } from '../terminal.js';
import { nodeView, nodesView } from '../views/nodes.js';
import { problemsView } from '../views/problems.js';
import { processesView } from '../views/processes.js';
import { revisionsView } from '../views/revisions.js';
import { statusView } from '../views/status.js';
import { topologyView } from '../views/topology.js';
import type { View } from '../views/view.js';
import { vmView, vmsView } from '../views/vms.js';

const DEFAULT_POLL_SECONDS = 2;
const DEFAULT_REVISIONS = 20;

interface WatchOption {
  watch?: number | true;
}

export function addLookCommands(program: Command, terminal: Terminal): void {
  const look = <Value>(command: Command, view: View<Value>, options: WatchOption) => {
    const session = openSession(command, terminal);
    if (options.watch === undefined) return show(session, view);
    return watch(session, view, options.watch === true ? DEFAULT_POLL_SECONDS : options.watch);
  };

  watchable(
    program
      .command('status')
      .description('show the system in numbers: how the directory is followed, nodes by state, what waits and expires'),
  ).action((options: WatchOption, command: Command) => look(command, statusView, options));
  watchable(program.command('topology').description('show nodes, VMs across them and their processes')).action(
    (options: WatchOption, command: Command) => look(command, topologyView, options),
  );
  watchable(
    program.command('nodes').description('list the nodes, or show one').argument('[name]', 'node to show'),
  ).action((name: string | undefined, options: WatchOption, command: Command) =>
    name === undefined ? look(command, nodesView, options) : look(command, nodeView(name), options),
  );
  watchable(program.command('vms').description('list the VMs, or show one').argument('[name]', 'VM to show')).action(
    (name: string | undefined, options: WatchOption, command: Command) =>
      name === undefined ? look(command, vmsView, options) : look(command, vmView(name), options),
  );
  watchable(
    program
      .command('ps')
      .description('list processes with their endpoint, node, pid and state')
      .option('--vm <name>', 'only those of this VM')
      .option('--node <name>', 'only those on this node'),
  ).action((options: WatchOption & { vm?: string; node?: string }, command: Command) =>
    look(command, processesView({ vm: options.vm, node: options.node }), options),
  );
  watchable(program.command('problems').description('list directory records that cannot be used, and why')).action(
    (options: WatchOption, command: Command) => look(command, problemsView, options),
  );
  watchable(
    program
      .command('revisions')
      .alias('history')
      .description('list the last changes of the desired topology')
      .option('-n, --most <number>', 'how many, at most 1000', parseMost, DEFAULT_REVISIONS),
  ).action((options: WatchOption & { most: number }, command: Command) =>
    look(command, revisionsView(options.most), options),
  );
}

function watchable(command: Command): Command {
  return command.option(
    '-w, --watch [seconds]',
    'redraw at every change, at least every SECONDS without events',
    parseSeconds,
  );
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 0.5 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError(
    `It takes seconds from 0.5 to 3600; a name goes before it ("vms NAME --watch") or after "--watch=2".`,
  );
}
