// SPDX-License-Identifier: Apache-2.0
// Following an operation of a manager until it has ended, and saying how far it is.
import { setTimeout as pause } from 'node:timers/promises';
import type { OperationView } from '@drvs/contracts';
import { CliError, EXIT } from './errors.js';
import { harmless } from './output/paint.js';
import type { Session } from './session.js';

const POLL_MS = 1000;
const BAR = 20;

/** `[#####...............] 5/20 done, 1 failed, 2 under way`. */
export function progressLine({ progress, message }: OperationView): string {
  const { total, done, failed, underWay } = progress;
  const full = total === 0 ? BAR : Math.round(((done + failed) / total) * BAR);
  const counts = [
    `${done}/${total} done`,
    failed > 0 ? `${failed} failed` : '',
    underWay > 0 ? `${underWay} under way` : '',
  ];
  const said = [counts.filter((count) => count !== '').join(', '), message ?? '']
    .filter((part) => part !== '')
    .join('; ');
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${harmless(said)}`;
}

/** Follows an operation to its end. @throws CliError when it pauses, fails or is stopped */
export async function follow(begun: OperationView, session: Session): Promise<void> {
  const { client, terminal } = session;
  let view = begun;
  for (let shown = ''; ;) {
    const line = progressLine(view);
    if (line !== shown) terminal.stderr.write(`${line}\n`);
    shown = line;
    if (view.state !== 'running') break;
    await pause(POLL_MS, undefined, { signal: terminal.interrupted });
    view = await client.operation(view.id);
  }
  if (view.state === 'done' && view.progress.failed === 0) {
    terminal.stderr.write(`${view.kind} ${view.id} is done.\n`);
    return;
  }
  throw unfinished(view);
}

function unfinished({ id, kind, state, message, targets }: OperationView): CliError {
  const failures = targets.filter((target) => target.state === 'failed');
  const named = failures.slice(0, 5).map(({ process, node, message: why }) => `${process ?? node}: ${why ?? 'failed'}`);
  const why = [message ?? '', ...named].filter((part) => part !== '').join('; ');
  const remedy =
    state === 'paused'
      ? `correct what failed, then: drvsctl operations resume ${id}; or give it up: drvsctl operations stop ${id}`
      : `see: drvsctl operations show ${id}`;
  return new CliError('OperationUnfinished', EXIT.refused, harmless(`${kind} is ${state}: ${why}`), remedy);
}
