// SPDX-License-Identifier: Apache-2.0
// One term of following one system: batches and decisions, one at a time, each in one transaction.
import type { HeldOutcome } from '@drvs/contracts';
import { EntryStore, normalizeDn, planRefuse, storeEntry } from '@drvs/directory';
import type { Entry, EntryChange, HeldChange, RefusePlan, Staged, SyncBatch } from '@drvs/directory';
import { beginChange, endChange } from '../changes/change.store.js';
import type { OpenChange } from '../changes/change.store.js';
import type { Clock } from '../common/clock.js';
import { errorText } from '../common/logger.js';
import type { Transaction } from '../database/transaction.js';
import type { Metrics } from '../metrics/metrics.js';
import { readRevision } from '../topology/epoch.store.js';
import type { SystemSettings } from '../config/settings.js';
import { admitChange } from './admit-change.js';
import { planBatch } from './batch-plan.js';
import type { BatchPlan, FollowerMemory } from './batch-plan.js';
import type { BatchCause, BatchStore } from './batch.store.js';
import type { BoundStore } from './bound.store.js';
import { AUTOMATIC_VMIDS, claimedVmIds } from '../changes/number-vms.rules.js';
import { freeNumber } from './node-numbers.rules.js';
import { readRecentNumbers } from './recent-numbers.store.js';
import { nextDecision, settleDecision } from './decision.store.js';
import type { DecisionOutcome, PendingDecision } from './decision.store.js';
import type { WrittenEntry } from './change-writer.js';
import type { DirectoryPort } from './directory.port.js';
import type { Leadership } from './leader.store.js';
import type { StoredMemory } from './memory.store.js';

/** What a term works with. */
export interface LeadingParts {
  readonly batches: BatchStore;
  readonly bound: BoundStore;
  readonly directory: DirectoryPort;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'turnWait'>;
}

/** Changes nothing: a judgement of the entries as they are. */
const NO_CHANGE: SyncBatch = { phase: 'persist', changes: [], unnamed: 'keep', present: new Set(), cookie: undefined };

export class Leading {
  private memory: FollowerMemory;
  private readonly entries: EntryStore;
  private turn: Promise<unknown> = Promise.resolve();
  /** Change sets that are being written: the guard lets their effects pass. By id. */
  private readonly writing: Map<string, OpenChange>;
  /** entryUUIDs of what change sets added that are being taken back: the guard lets them go. */
  private readonly unwanted: Set<string>;
  /** A change set is on its way into the directory: what comes of it is to be one batch. */
  isWriting = false;
  private readonly onBatch = new Set<() => void>();

  /** @param begun change sets that an earlier term began to write */
  constructor(
    private readonly system: SystemSettings,
    private readonly leadership: Leadership,
    stored: StoredMemory,
    begun: readonly OpenChange[],
    private readonly parts: LeadingParts,
  ) {
    this.memory = stored.memory;
    this.entries = new EntryStore(stored.entries);
    this.writing = new Map(begun.map((change) => [change.id, change]));
    this.unwanted = new Set(begun.flatMap(({ failure }) => failure?.added ?? []));
  }

  /** What is in force now. */
  get present(): FollowerMemory {
    return this.memory;
  }

  /** An entry as the directory has it. */
  entryOf(uuid: string): Entry | undefined {
    return this.entries.get(uuid);
  }

  everyEntry(): Iterable<Entry> {
    return this.entries.entries();
  }

  /**
   * Takes one batch of the directory: all of it is committed, or the promise rejects and nothing is. Gives a sentence when
   * the batch cannot be all that happened: everything is to be read again.
   */
  takeBatch(batch: SyncBatch): Promise<string | undefined> {
    return this.inTurn(async () => {
      const staged = this.entries.stage(batch);
      // A cookie would make a follower that starts after us believe that it has everything.
      const cookie = staged.doubt === undefined ? batch.cookie : undefined;
      const cause = { cause: 'directory', cookie, ...this.authorOf(staged) } as const;
      const writing = [...this.writing.values()].flatMap((change) => change.released);
      const released = new Set([...writing, ...this.unwanted]);
      const plan = await this.leadership.transaction((manager) => this.apply(manager, staged, cause, released));
      this.keep(plan, staged);
      for (const { before, after } of staged.changes) if (before && !after) this.unwanted.delete(before.uuid);
      for (const look of this.onBatch) look();
      return staged.doubt;
    });
  }

  /**
   * Admits a change set: it can be carried out, its records are valid, and what it ends was agreed to. One that is not
   * admitted is ended here, with the reason. Gives the change set as it is to be written.
   */
  beginChange(change: OpenChange): Promise<OpenChange | undefined> {
    return this.inTurn(() =>
      this.leadership.transaction(async (manager) => {
        const { name, baseDn } = this.system;
        const admission = admitChange(change, {
          baseDn,
          revision: await readRevision(manager, name),
          entries: [...this.entries.entries()],
          recentVmIds: await readRecentNumbers(manager, name, 'vm'),
          topology: this.memory.topology,
          bound: await this.parts.bound.find(manager, name, this.memory.topology),
          now: this.parts.clock.now(),
        });
        if (admission.kind === 'refused') {
          await endChange(manager, change.id, admission);
          return undefined;
        }
        if (!(await beginChange(manager, change.id, admission))) return undefined;
        const { kind: _kind, changed: _changed, ...fixed } = admission;
        const begun: OpenChange = { ...change, ...fixed, state: 'writing' };
        this.writing.set(change.id, begun);
        return begun;
      }),
    );
  }

  /** Another vmid for an entry that a change set adds, not one of those that were tried; undefined: none is free. */
  freeVmId(tried: ReadonlySet<number>): number | undefined {
    return freeNumber(claimedVmIds(this.entries.entries(), []), tried, AUTOMATIC_VMIDS);
  }

  /** The vmid of an entry, where another entry has the same. */
  sharedVmId(dn: string): string | undefined {
    const entry = this.entries.find(dn);
    const [vmId] = entry?.attributes.get('drvsvmid') ?? [];
    const others = [...this.entries.entries()].filter(({ uuid }) => uuid !== entry?.uuid);
    return others.some(({ attributes }) => attributes.get('drvsvmid')?.[0] === vmId) ? vmId : undefined;
  }

  /** The guard lets the entry's effects pass while the change set is being written. */
  releaseToo(change: OpenChange, dn: string): void {
    const uuid = this.entries.find(dn)?.uuid;
    const { released } = this.writing.get(change.id) ?? change;
    if (uuid !== undefined) this.writing.set(change.id, { ...change, released: [...released, uuid] });
  }

  /** What a change set added is being taken back: the guard lets it go, also when the change set is over by then. */
  letGo(uuids: readonly string[]): void {
    for (const uuid of uuids) this.unwanted.add(uuid);
  }

  /** The change set is over: the guard judges again as always. */
  forgetChange(id: string): void {
    this.writing.delete(id);
  }

  /** Waits until the follower has seen all of this, and gives the revision then; undefined when `ms` are over before. */
  async whenSeen(entries: readonly WrittenEntry[], ms: number): Promise<string | undefined> {
    const seen = (): boolean => entries.every((entry) => this.hasSeen(entry));
    const came = await new Promise<boolean>((resolve) => {
      const finish = (result: boolean): void => {
        this.onBatch.delete(look);
        clearTimeout(timer);
        resolve(result);
      };
      const look = (): void => {
        if (seen()) finish(true);
      };
      const timer = setTimeout(() => finish(false), ms);
      this.onBatch.add(look);
      look();
    });
    if (!came) return undefined;
    return this.leadership.transaction((manager) => readRevision(manager, this.system.name));
  }

  private hasSeen({ dn, csn }: WrittenEntry): boolean {
    const entry = this.entries.find(dn);
    return csn === undefined ? entry === undefined : entry?.csn !== undefined && entry.csn >= csn;
  }

  /** The person behind a batch that consists of one change set's entries alone. */
  private authorOf({ changes }: Staged): { actor?: string } {
    for (const { actor, operations } of this.writing.values()) {
      const dns = new Set(operations.map(({ dn }) => normalizeDn(dn)));
      const its = ({ before, after }: EntryChange): boolean =>
        [before, after].some((entry) => entry !== undefined && dns.has(normalizeDn(entry.dn)));
      if (changes.length > 0 && changes.every(its)) return { actor };
    }
    return {};
  }

  /** Carries out the oldest waiting decision; false when there is none. */
  takeDecision(): Promise<boolean> {
    return this.inTurn(async () => {
      const waiting = await this.leadership.transaction((manager) => nextDecision(manager, this.system.name));
      if (waiting === undefined) return false;
      if (waiting.hash !== this.memory.heldHash) await this.settle(waiting, { kind: 'stale' });
      else if (waiting.decision === 'confirm') await this.confirm(waiting);
      else await this.refuse(waiting);
      return true;
    });
  }

  private async confirm(decision: PendingDecision): Promise<void> {
    const { held } = this.memory;
    const released = new Set(held.map(({ uuid }) => uuid));
    const staged = this.entries.stage(NO_CHANGE);
    const plan = await this.leadership.transaction(async (manager) => {
      const written = await this.apply(manager, staged, { cause: 'confirm', actor: decision.actor }, released);
      const revision = await readRevision(manager, this.system.name);
      const dns = held.map(({ dn }) => dn);
      const outcome: HeldOutcome = { decision: 'confirmed', revision, dns, passwordsLost: [] };
      await settleDecision(manager, decision.id, { kind: 'done', outcome }, valuesOf(held));
      return written;
    });
    this.keep(plan, staged);
  }

  /** Writes the entries back; the follower then sees them return, and the guard lets go by itself. */
  private async refuse(decision: PendingDecision): Promise<void> {
    const { held } = this.memory;
    const plan = planRefuse(held, [...this.entries.entries()].map(storeEntry));
    const failure = await this.restore(plan);
    if (failure !== undefined) return this.settle(decision, { kind: 'failed', message: failure });
    await this.leadership.transaction(async (manager) => {
      const revision = await readRevision(manager, this.system.name);
      const { dns, passwordsLost } = plan;
      const outcome: HeldOutcome = { decision: 'refused', revision, dns: [...dns], passwordsLost: [...passwordsLost] };
      await settleDecision(manager, decision.id, { kind: 'done', outcome }, valuesOf(held));
    });
  }

  private async restore({ operations }: RefusePlan): Promise<string | undefined> {
    const directory = this.parts.directory.open();
    try {
      for (const operation of operations) {
        try {
          await directory.write(operation);
        } catch (error) {
          // Somebody, or an earlier try that broke off, has brought this one back.
          const exists = error instanceof Error && 'code' in error && error.code === 'AlreadyExists';
          if (!exists) return `cannot write ${operation.dn} back: ${errorText(error)}`;
        }
      }
      return undefined;
    } finally {
      await directory.close();
    }
  }

  private async settle(decision: PendingDecision, outcome: DecisionOutcome): Promise<void> {
    await this.leadership.transaction((manager) => settleDecision(manager, decision.id, outcome));
  }

  private async apply(
    manager: Transaction,
    staged: Staged,
    cause: Omit<BatchCause, 'system' | 'at'>,
    released?: ReadonlySet<string>,
  ): Promise<BatchPlan> {
    const { name, baseDn } = this.system;
    const now = this.parts.clock.now();
    const plan = planBatch(this.memory, {
      baseDn,
      now,
      entries: staged.entries(),
      changes: staged.changes,
      lineage: (uuid) => this.entries.lineage(uuid),
      bound: await this.parts.bound.find(manager, name, this.memory.topology),
      released,
    });
    await this.parts.batches.write(manager, plan, { ...cause, system: name, at: new Date(now).toISOString() });
    return plan;
  }

  private keep(plan: BatchPlan, staged: Staged): void {
    staged.commit();
    this.memory = plan.memory;
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const asked = performance.now();
    const result = this.turn.then(() => {
      this.parts.metrics.turnWait.observe({ system: this.system.name }, (performance.now() - asked) / 1000);
      return task();
    });
    this.turn = result.catch(() => undefined);
    return result;
  }
}

/** Last values in force, for the audit. */
function valuesOf(held: readonly HeldChange[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(held.map(({ dn, before }) => [dn, before]));
}
