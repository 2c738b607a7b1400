// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { HeldChange } from '@drvs/directory';
import { Database } from '../database/database.js';

/** The whole held set; empty: nothing is held. */
export interface HeldSet {
  readonly hash: string;
  readonly reason: string | null;
  /** When the oldest was held. */
  readonly since: Date | null;
  readonly changes: readonly HeldChange[];
}

/** Hash of nothing. */
export const EMPTY_HASH = '';

@Injectable()
export class HeldStore {
  constructor(private readonly database: Database) {}

  async find(system: string): Promise<HeldSet> {
    const rows: { hash: string; reason: string; since: Date; held: HeldChange }[] = await this.database.manager.query(
      'SELECT hash, reason, since, held FROM held_change WHERE system = $1 ORDER BY since',
      [system],
    );
    const [oldest] = rows;
    const changes = rows.map(({ held }) => held).sort((a, b) => (a.dn < b.dn ? -1 : 1));
    return {
      hash: oldest?.hash ?? EMPTY_HASH,
      reason: oldest?.reason ?? null,
      since: oldest?.since ?? null,
      changes,
    };
  }
}
