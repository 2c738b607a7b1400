// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { ProblemView } from '@drvs/contracts';
import { Database } from '../database/database.js';

type ProblemFacts = Omit<ProblemView, 'since' | 'uuid'> & { since: Date; uuid: string | null; attribute: string };

@Injectable()
export class ProblemStore {
  constructor(private readonly database: Database) {}

  async findAll(system: string): Promise<ProblemView[]> {
    const rows: ProblemFacts[] = await this.database.manager.query(
      `SELECT dn, uuid, attribute, code, message, remedy, last_valid_in_force AS "lastValidInForce", since
       FROM problem WHERE system = $1`,
      [system],
    );
    return rows.map(({ uuid, attribute, since, ...rest }) => ({
      ...rest,
      ...(uuid === null ? {} : { uuid }),
      ...(attribute === '' ? {} : { attribute }),
      since: since.toISOString(),
    }));
  }
}
