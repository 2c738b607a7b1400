// SPDX-License-Identifier: Apache-2.0
// Writes one change set into the directory, all of it or nothing. What has been done is in the journal before the next thing
// is: whoever follows after a crash goes on from there, forward or back.
import { DirectoryError, normalizeDn, parentDn } from '@drvs/directory';
import type { DirectoryErrorCode, LdapDirectory, WriteOperation } from '@drvs/directory';
import { advanceChange, failChange, reviseChange } from '../changes/change.store.js';
import type { ChangeFailure, ChangeOutcome, FailedOperation, OpenChange } from '../changes/change.store.js';
import { withVmId } from '../changes/number-vms.rules.js';
import { errorText } from '../common/logger.js';
import type { DirectoryPort } from './directory.port.js';
import type { Leadership } from './leader.store.js';
import type { Leading } from './leading.js';

/** How long the follower may take to see what was written, before the change set counts as done all the same. */
const SEEN_MS = 15_000;

/** Other numbers tried for one VM: so many others cannot have been as quick. */
const MOST_NUMBERS = 50;

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

export interface ChangeWriterParts {
  readonly leadership: Leadership;
  readonly leading: Leading;
  readonly directory: DirectoryPort;
}

/** A DN and what the follower must have seen of it: an entryCSN at least as new, or its absence. */
export interface WrittenEntry {
  readonly dn: string;
  /** Undefined: the entry is gone. */
  readonly csn: string | undefined;
}

export class ChangeWriter {
  /** @param resumed somebody began it and was interrupted: the first operation may be done already */
  constructor(
    private change: OpenChange,
    private readonly resumed: boolean,
    private readonly parts: ChangeWriterParts,
  ) {}

  /** Rejects while the directory cannot be asked: call it again, with the change set as it is in the journal then. */
  async carryOut(): Promise<ChangeOutcome> {
    const directory = this.parts.directory.open(this.change.actsAs);
    try {
      let { failure } = this.change;
      if (failure === null) {
        failure = (await this.asOneBatch(() => this.writeAll(directory))) ?? null;
        if (failure === null) return await this.whenUnique(directory);
        await this.journal(failChange, failure);
      }
      this.parts.leading.letGo(failure.added);
      return await this.takeBack(failure, directory);
    } finally {
      await directory.close();
    }
  }

  private async asOneBatch<T>(write: () => Promise<T>): Promise<T> {
    const { leading } = this.parts;
    leading.isWriting = true;
    try {
      return await write();
    } finally {
      leading.isWriting = false;
    }
  }

  /** Writes what is not written; where one operation is refused, says why. */
  private async writeAll(directory: LdapDirectory): Promise<FailedOperation | undefined> {
    const { operations, written } = this.change;
    for (let index = written; index < operations.length; index += 1) {
      try {
        await this.writeOne(index, directory, this.resumed && index === written);
      } catch (error) {
        if (hasCode(error, TRANSIENT)) throw error;
        return { ...this.failed(index, error), before: index, added: await this.added(index, directory) };
      }
      await this.advance(index + 1);
    }
    return undefined;
  }

  private async writeOne(index: number, directory: LdapDirectory, doubtful: boolean): Promise<void> {
    const tried = new Set<number>();
    for (;;) {
      const operation = this.operation(index);
      try {
        await directory.write(operation, this.change.csns[index] ?? undefined);
        return;
      } catch (error) {
        if (doubtful && hasCode(error, DONE_BEFORE[operation.op])) return;
        if (doubtful && hasCode(error, ['AssertionFailed']) && (await this.isOurs(operation.dn, directory))) {
          return this.writeAgain(operation, directory);
        }
        if (!hasCode(error, ['ConstraintViolation']) || !(await this.renumber(index, tried))) throw error;
      }
    }
  }

  /** An operation that seems to be done: doing it once more changes nothing, or is refused as done. */
  private async writeAgain(operation: WriteOperation, directory: LdapDirectory): Promise<void> {
    try {
      await directory.write(operation);
    } catch (error) {
      if (!hasCode(error, DONE_BEFORE[operation.op])) throw error;
    }
  }

  /** The entry was last written in the name in which the change set is. */
  private async isOurs(dn: string, directory: LdapDirectory): Promise<boolean> {
    const { modifiersName } = (await directory.read(dn)) ?? {};
    return modifiersName !== undefined && normalizeDn(modifiersName) === normalizeDn(this.change.actsAs);
  }

  /** Another number for a VM whose number was our choice; false where it was not, or nothing is left to try. */
  private async renumber(index: number, tried: Set<number>): Promise<boolean> {
    const operation = this.operation(index);
    if (operation.op !== 'add' || !this.change.numbered.includes(index) || tried.size >= MOST_NUMBERS) return false;
    tried.add(Number(operation.attributes['drvsVmId']?.[0]));
    const vmId = this.parts.leading.freeVmId(tried);
    if (vmId === undefined) return false;
    const operations = this.change.operations.map((one, place) => (place === index ? withVmId(operation, vmId) : one));
    await this.journal(reviseChange, operations);
    this.change = { ...this.change, operations };
    return true;
  }

  /**
   * Waits for the follower to see it all, and looks then whether a number of our choice has turned out to be another VM's,
   * too, on a server that keeps none unique: then ours is changed.
   */
  private async whenUnique(directory: LdapDirectory): Promise<ChangeOutcome> {
    const { leading } = this.parts;
    const tried = new Set<number>();
    for (;;) {
      const revision = await leading.whenSeen(await written(this.change.operations, directory), SEEN_MS);
      const dns = this.change.numbered.map((index) => this.operation(index).dn);
      const shared = dns.find((dn) => leading.sharedVmId(dn) !== undefined);
      if (revision === undefined || shared === undefined || tried.size >= MOST_NUMBERS) {
        return { kind: 'done', revision: revision ?? null };
      }
      const old = leading.sharedVmId(shared) ?? '';
      tried.add(Number(old));
      const vmId = leading.freeVmId(tried);
      if (vmId === undefined) return { kind: 'done', revision };
      tried.add(vmId);
      leading.releaseToo(this.change, shared);
      await this.replaceNumber(shared, old, vmId, directory);
    }
  }

  private async replaceNumber(dn: string, old: string, vmId: number, directory: LdapDirectory): Promise<void> {
    const attribute = 'drvsVmId';
    try {
      await directory.modify(dn, [
        { op: 'delete', attribute, values: [old] },
        { op: 'add', attribute, values: [String(vmId)] },
      ]);
    } catch (error) {
      // Taken meanwhile, or somebody else has corrected it: the next look tells.
      if (!hasCode(error, ['ConstraintViolation', 'NoSuchAttribute', 'NoSuchObject'])) throw error;
    }
  }

  /** entryUUIDs of what the operations before this one added. */
  private async added(index: number, directory: LdapDirectory): Promise<string[]> {
    const uuids: string[] = [];
    for (const inverse of this.change.inverses.slice(0, index)) {
      const entry = inverse?.op === 'delete' ? await directory.read(inverse.dn) : undefined;
      if (entry !== undefined) uuids.push(entry.uuid);
    }
    return uuids;
  }

  private failed(index: number, cause: unknown): ChangeFailure {
    const { op, dn } = this.operation(index);
    const of = `operation ${index + 1} of ${this.change.operations.length}, ${op} ${dn}`;
    if (hasCode(cause, ['AssertionFailed'])) {
      const message = `${of}: somebody else has changed the entry since it was looked at`;
      return { code: 'EntryChanged', message };
    }
    return { code: 'DirectoryRefused', message: `${of}, was refused: ${errorText(cause)}` };
  }

  /** Takes back what was written, the last first. */
  private async takeBack({ code, message, before }: FailedOperation, directory: LdapDirectory): Promise<ChangeOutcome> {
    const { inverses } = this.change;
    for (let back = this.change.written - 1; back >= 0; back -= 1) {
      const inverse = inverses[back];
      try {
        if (inverse) await this.undo(inverse, directory);
      } catch (error) {
        if (hasCode(error, TRANSIENT)) throw error;
        const kept = `operations 1 to ${back + 1} stay written`;
        const why = `Taking back those before it failed at ${inverse?.dn}: ${errorText(error)}; ${kept}`;
        return { kind: 'failed', code, message: `${message}. ${why}` };
      }
      await this.advance(back);
    }
    const taken = before === 0 ? 'Nothing was written' : `The ${before} before it were taken back`;
    const lost = inverses.slice(0, before).flatMap((inverse) => (inverse && restoresNode(inverse) ? [inverse.dn] : []));
    const passwords = lost.length === 0 ? '' : `. Passwords cannot be restored, set new ones: ${lost.join('; ')}`;
    return { kind: 'failed', code, message: `${message}. ${taken}${passwords}` };
  }

  /** In the person's name; where the directory allows it no longer, in the manager's own. */
  private async undo(inverse: WriteOperation, directory: LdapDirectory): Promise<void> {
    try {
      await this.writeAgain(inverse, directory);
    } catch (error) {
      if (!hasCode(error, ['InsufficientAccess'])) throw error;
      const own = this.parts.directory.open();
      try {
        await this.writeAgain(inverse, own);
      } finally {
        await own.close();
      }
    }
  }

  private operation(index: number): WriteOperation {
    return this.change.operations[index] as WriteOperation;
  }

  private async advance(count: number): Promise<void> {
    await this.journal(advanceChange, count);
    this.change = { ...this.change, written: count };
  }

  private async journal<T>(
    write: (manager: Parameters<typeof advanceChange>[0], id: string, value: T) => Promise<void>,
    value: T,
  ): Promise<void> {
    await this.parts.leadership.transaction((manager) => write(manager, this.change.id, value));
  }
}

function restoresNode(operation: WriteOperation): boolean {
  if (operation.op !== 'add') return false;
  return (operation.attributes['objectclass'] ?? []).some((name) => name.toLowerCase() === 'drvsnode');
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
