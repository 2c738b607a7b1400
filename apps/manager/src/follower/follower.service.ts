// SPDX-License-Identifier: Apache-2.0
// The followers of all systems this manager serves.
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '../config/settings.js';
import type { Settings } from '../config/settings.js';
import { FollowerStores, FollowerSurroundings } from './follower.parts.js';
import { Follower } from './follower.js';

@Injectable()
export class FollowerService {
  private readonly followers: readonly Follower[];
  private unsubscribe: (() => void) | undefined;

  constructor(
    @Inject(SETTINGS) settings: Pick<Settings, 'systems'>,
    stores: FollowerStores,
    private readonly surroundings: FollowerSurroundings,
  ) {
    this.followers = settings.systems.map((system) => new Follower(system, { ...stores, ...surroundings }));
  }

  start(): void {
    this.followers.forEach((follower) => follower.start());
    this.unsubscribe = this.surroundings.database.subscribe('drvs_decision', (system) => {
      for (const follower of this.followers) {
        if (system === undefined || follower.system.name === system) follower.nudge();
      }
    });
  }

  async stop(): Promise<void> {
    this.unsubscribe?.();
    await Promise.all(this.followers.map((follower) => follower.stop()));
  }

  /** The systems whose directory is not followed, and why. */
  waitingFor(): { what: string; message: string }[] {
    return this.followers.flatMap(({ system, waitsFor }) =>
      waitsFor === undefined ? [] : [{ what: `directory of ${system.name}`, message: waitsFor }],
    );
  }
}
