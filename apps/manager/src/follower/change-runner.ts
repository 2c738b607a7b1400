// SPDX-License-Identifier: Apache-2.0
// Carries out change sets while this replica follows the directory: one at a time, all of one or nothing.
import { DirectoryError, parentDn } from '@drvs/directory';
import type { DirectoryErrorCode, LdapDirectory, WriteOperation } from '@drvs/directory';
import { advanceChange, endChange, openChanges } from '../changes/change.store.js';
import type { ChangeOutcome, OpenChange } from '../changes/change.store.js';
import { Backoff, pause } from '../common/backoff.js';
import { errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import type { Metrics } from '../metrics/metrics.js';
import type { DirectoryPort } from './directory.port.js';
import type { Leadership } from './leader.store.js';
import type { Leading } from './leading.js';

/** How long the follower may take to see what was written, before the change set counts as done all the same. */
const SEEN_MS = 15_000;

/** Looked for without being told, in case the telling was lost. */
const LOOK_MS = 2_000;

/** Failures that say nothing about the operation: it is tried again when the directory answers. */
const TRANSIENT: readonly DirectoryErrorCode[] = [
  ...(['Unreachable', 'Timeout', 'TlsFailure', 'InvalidCredentials', 'Busy', 'Unavailable', 'Closed'] as const),
];

/** Results that say an operation was carried out before: by us, just before we were interrupted. */
const DONE_BEFORE: Readonly<Record<WriteOperation['op'], readonly DirectoryErrorCode[]>> = {
  add: ['AlreadyExists'],
  modify: ['AttributeOrValueExists', 'NoSuchAttribute'],
  delete: ['NoSuchObject'],
  rename: ['NoSuchObject'],
};

const hasCode = (error: unknown, codes: readonly DirectoryErrorCode[]): boolean =>
  error instanceof DirectoryError && codes.includes(error.code);

export interface ChangeRunnerParts {
  readonly leadership: Leadership;
  readonly leading: Leading;
  readonly directory: DirectoryPort;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'changeSetSeconds' | 'changeSets'>;
  /** True while the directory is followed: what is not followed cannot be foreseen. */
  readonly isCurrent: () => boolean;
}

export class ChangeRunner {
  private readonly ending = new AbortController();
  private wake: (() => void) | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly system: string,
    private readonly parts: ChangeRunnerParts,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Ends when the operation in hand is done; what is left is the next term's. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.wake?.();
    await this.running;
  }

  /** A change set may wait. */
  nudge(): void {
    this.wake?.();
  }

  private async run(): Promise<void> {
    const { signal } = this.ending;
    const backoff = new Backoff(200, 5_000);
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      try {
        while (!signal.aborted && this.parts.isCurrent() && (await this.takeNext())) backoff.reset();
      } catch (error) {
        this.parts.logger.warn({ system: this.system, error: errorText(error) }, 'a change set waits');
        await backoff.pause(signal);
        continue;
      }
      const nap = new AbortController();
      await Promise.race([woken, pause(LOOK_MS, nap.signal)]);
      nap.abort();
    }
  }

  /** Carries out the next change set, or finishes one that was begun; false when there is none. */
  private async takeNext(): Promise<boolean> {
    const [next] = await this.parts.leadership.transaction((manager) => openChanges(manager, this.system));
    if (next === undefined) return false;
    const change = next.state === 'writing' ? next : await this.parts.leading.beginChange(next);
    if (change === undefined) return true;
    const { metrics } = this.parts;
    const end = metrics.changeSetSeconds.startTimer({ system: this.system });
    const outcome = await this.carryOut(change, next.state === 'writing');
    end();
    metrics.changeSets.inc({ system: this.system, outcome: outcome.kind });
    await this.end(change, outcome);
    return true;
  }

  private async end(change: OpenChange, outcome: ChangeOutcome): Promise<void> {
    await this.parts.leadership.transaction((manager) => endChange(manager, change.id, outcome));
    this.parts.leading.forgetChange(change.id);
  }

  private async carryOut(change: OpenChange, resumed: boolean): Promise<ChangeOutcome> {
    const directory = this.parts.directory.open(change.actsAs);
    try {
      const failure = await this.writeAll(change, directory, resumed);
      if (failure !== undefined) return { kind: 'failed', message: failure };
      const revision = await this.parts.leading.whenSeen(await written(change.operations, directory), SEEN_MS);
      return { kind: 'done', revision: revision ?? null };
    } finally {
      await directory.close();
    }
  }

  /** Writes what is not written; where one operation is refused, takes the others back and says why. */
  private async writeAll(change: OpenChange, directory: LdapDirectory, resumed: boolean): Promise<string | undefined> {
    for (let index = change.written; index < change.operations.length; index += 1) {
      const operation = change.operations[index] as WriteOperation;
      const doubtful = resumed && index === change.written;
      try {
        await directory.write(operation);
      } catch (error) {
        if (hasCode(error, TRANSIENT)) throw error;
        if (!(doubtful && hasCode(error, DONE_BEFORE[operation.op]))) {
          return this.takeBack(change, index, error, directory);
        }
      }
      await this.parts.leadership.transaction((manager) => advanceChange(manager, change.id, index + 1));
    }
    return undefined;
  }

  private async takeBack(change: OpenChange, index: number, cause: unknown, directory: LdapDirectory): Promise<string> {
    const { op, dn } = change.operations[index] as WriteOperation;
    const why = `operation ${index + 1} of ${change.operations.length}, ${op} ${dn}, was refused: ${errorText(cause)}`;
    for (let back = index - 1; back >= 0; back -= 1) {
      const inverse = change.inverses[back];
      try {
        if (inverse) await directory.write(inverse);
      } catch (error) {
        const kept = `operations 1 to ${back + 1} stay written`;
        return `${why}. Taking back those before it failed at ${inverse?.dn}: ${errorText(error)}; ${kept}`;
      }
    }
    return index === 0 ? `${why}. Nothing was written` : `${why}. The ${index} before it were taken back`;
  }
}

/** A DN and what the follower must have seen of it: an entryCSN at least as new, or its absence. */
export interface WrittenEntry {
  readonly dn: string;
  /** Undefined: the entry is gone. */
  readonly csn: string | undefined;
}

function dnsOf(operation: WriteOperation): string[] {
  if (operation.op !== 'rename') return [operation.dn];
  const superior = operation.newSuperior ?? parentDn(operation.dn) ?? '';
  return [operation.dn, [operation.newRdn, superior].filter((part) => part !== '').join(',')];
}

/** What is there now of what the operations wrote. */
async function written(operations: readonly WriteOperation[], directory: LdapDirectory): Promise<WrittenEntry[]> {
  const dns = new Set(operations.flatMap(dnsOf));
  const entries: WrittenEntry[] = [];
  for (const dn of dns) entries.push({ dn, csn: (await directory.read(dn))?.csn });
  return entries;
}
