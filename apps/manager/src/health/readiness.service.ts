// SPDX-License-Identifier: Apache-2.0
// What the manager waits for, in words.
import { Injectable } from '@nestjs/common';
import type { SystemStatus } from '@drvs/contracts';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { FollowerService } from '../follower/follower.service.js';
import { SystemStatusService } from '../status/system-status.service.js';

/** One thing that is waited for. */
export interface Waiting {
  readonly what: string;
  readonly message: string;
}

/** How the directory of one system is followed, by whichever replica does. */
export type Following = { readonly system: string } & SystemStatus['follower'];

export interface Readiness {
  readonly status: 'ready' | 'waiting';
  readonly waitingFor: readonly Waiting[];
  /** Empty while Postgres does not answer. */
  readonly directories: readonly Following[];
  readonly at: string;
}

@Injectable()
export class ReadinessService {
  constructor(
    private readonly database: Database,
    private readonly follower: FollowerService,
    private readonly statuses: SystemStatusService,
    private readonly clock: Clock,
  ) {}

  async read(): Promise<Readiness> {
    const postgres = this.database.unavailable;
    const waitingFor = [
      ...(postgres === undefined ? [] : [{ what: 'postgres', message: postgres }]),
      ...this.follower.waitingFor(),
    ];
    const status = waitingFor.length === 0 ? 'ready' : 'waiting';
    return { status, waitingFor, directories: await this.directories(), at: this.clock.nowText() };
  }

  private async directories(): Promise<Following[]> {
    if (this.database.unavailable !== undefined) return [];
    try {
      return (await this.statuses.readAll()).map(({ system, follower }) => ({ system, ...follower }));
    } catch {
      // Postgres went away meanwhile: the next answer says so.
      return [];
    }
  }
}
