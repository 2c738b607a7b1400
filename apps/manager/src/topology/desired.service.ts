// SPDX-License-Identifier: Apache-2.0
// Keeps each system's desired state in memory, in step with Postgres: told by NOTIFY, and looking by itself in case a
// notification was lost.
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { SETTINGS } from '../config/settings.js';
import type { Settings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { DesiredState } from './desired-state.js';
import { DesiredStore } from './desired.store.js';

const POLL_MS = 5_000;

/** Told the system whose desired state is another one now. */
export type DesiredListener = (system: string, state: DesiredState, previous: DesiredState | undefined) => void;

@Injectable()
export class DesiredService {
  private readonly states = new Map<string, DesiredState>();
  private readonly listeners = new Set<DesiredListener>();
  private readonly refreshing = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();
  private poll: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'systems'>,
    private readonly database: Database,
    private readonly store: DesiredStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.unsubscribe = this.database.subscribe('drvs_revision', (system) => this.lookAgain(system));
    this.poll = setInterval(() => this.lookAgain(undefined), POLL_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.poll);
    this.unsubscribe?.();
    await Promise.all(this.refreshing.values());
  }

  /** The state last read; undefined while nothing has ever been followed or Postgres has never answered. */
  find(system: string): DesiredState | undefined {
    return this.states.get(system);
  }

  /** The state last read of every system. */
  all(): ReadonlyMap<string, DesiredState> {
    return this.states;
  }

  /** Reads what is new now, so that what follows sees at least what was committed before. */
  async refresh(system: string): Promise<DesiredState | undefined> {
    const delta = await this.store.findSince(system, this.states.get(system)?.revision ?? '0');
    const previous = this.states.get(system);
    if (delta === undefined) return previous;
    if (previous !== undefined && previous.epoch.uuid !== delta.epoch.uuid) return this.reload(system);
    if (previous !== undefined && BigInt(previous.revision) >= BigInt(delta.revision)) return previous;
    return this.adopt(system, DesiredState.after(previous, delta));
  }

  onChange(listener: DesiredListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async reload(system: string): Promise<DesiredState | undefined> {
    const delta = await this.store.findSince(system, '0');
    return delta && this.adopt(system, DesiredState.after(undefined, delta));
  }

  private adopt(system: string, state: DesiredState): DesiredState {
    const previous = this.states.get(system);
    this.states.set(system, state);
    for (const listener of this.listeners) listener(system, state, previous);
    return state;
  }

  private lookAgain(system: string | undefined): void {
    if (this.database.unavailable !== undefined) return;
    const systems = this.settings.systems.map(({ name }) => name);
    for (const name of systems.filter((candidate) => system === undefined || candidate === system)) {
      if (this.refreshing.has(name)) this.again.add(name);
      else this.refreshing.set(name, this.refreshInBackground(name));
    }
  }

  private async refreshInBackground(system: string): Promise<void> {
    try {
      do {
        this.again.delete(system);
        await this.refresh(system);
      } while (this.again.has(system));
    } catch (error) {
      this.logger.warn({ system, error: errorText(error) }, 'cannot read the desired topology; looking again soon');
    } finally {
      this.refreshing.delete(system);
    }
  }
}
