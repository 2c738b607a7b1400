// SPDX-License-Identifier: Apache-2.0
// What the manager waits for, in words.
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { FollowerService } from '../follower/follower.service.js';

/** One thing that is waited for. */
export interface Waiting {
  readonly what: string;
  readonly message: string;
}

export interface Readiness {
  readonly status: 'ready' | 'waiting';
  readonly waitingFor: readonly Waiting[];
  readonly at: string;
}

@Injectable()
export class ReadinessService {
  constructor(
    private readonly database: Database,
    private readonly follower: FollowerService,
    private readonly clock: Clock,
  ) {}

  read(): Readiness {
    const postgres = this.database.unavailable;
    const waitingFor = [
      ...(postgres === undefined ? [] : [{ what: 'postgres', message: postgres }]),
      ...this.follower.waitingFor(),
    ];
    return { status: waitingFor.length === 0 ? 'ready' : 'waiting', waitingFor, at: this.clock.nowText() };
  }
}
