// SPDX-License-Identifier: Apache-2.0
// Revisions as LDIF, forward and back, and the change set that leads back to one. It is applied like any other.
import { Injectable } from '@nestjs/common';
import type { RevisionLdif, RollbackView } from '@drvs/contracts';
import { operationsTo, writeLdifChanges } from '@drvs/directory';
import type { StoredEntry } from '@drvs/directory';
import { ApiRefusal } from '../common/api-error.js';
import { EntryHistoryStore } from './entry-history.store.js';
import { RevisionsService } from './revisions.service.js';

@Injectable()
export class RollbackService {
  constructor(
    private readonly revisions: RevisionsService,
    private readonly history: EntryHistoryStore,
  ) {}

  /** What a revision did to the directory, and what takes it back. */
  async ldif(system: string, revision: string): Promise<RevisionLdif> {
    await this.assertKept(system, revision);
    const steps = await this.history.find(system, revision);
    const [before, after] = [
      new Map(steps.map((step) => [step.uuid, step.before])),
      new Map(steps.map((step) => [step.uuid, step.after])),
    ];
    return { revision, forward: changes(before, after), backward: changes(after, before) };
  }

  /** The change set that makes the directory what it was at a revision, passwords excepted. */
  async rollback(system: string, revision: string): Promise<RollbackView> {
    await this.assertKept(system, revision);
    const [present, then] = await Promise.all([
      this.history.findPresent(system),
      this.history.findStateAt(system, revision),
    ]);
    const operations = operationsTo(present, then);
    const passwordsLost = operations.flatMap((operation) => {
      const classes = operation.op === 'add' ? (operation.attributes['objectclass'] ?? []) : [];
      return classes.some((name) => name.toLowerCase() === 'drvsnode') ? [operation.dn] : [];
    });
    return { revision, ldif: writeLdifChanges(operations), operations: operations.length, passwordsLost };
  }

  private async assertKept(system: string, revision: string): Promise<void> {
    await this.revisions.getOrThrow(system, revision);
    const first = await this.history.findFirst(system);
    if (first !== undefined && BigInt(first) <= BigInt(revision)) return;
    const since = first === undefined ? 'none are' : `revision ${first} is the first`;
    throw new ApiRefusal(409, 'HistoryMissing', `the entries of revision ${revision} are not kept: ${since}`, {
      remedy: 'Take what was there from a backup of the directory.',
    });
  }
}

type States = ReadonlyMap<string, StoredEntry | undefined>;

function changes(from: States, to: States): string {
  const present = [...from.values()].filter((entry) => entry !== undefined);
  return writeLdifChanges(operationsTo(present, to));
}
