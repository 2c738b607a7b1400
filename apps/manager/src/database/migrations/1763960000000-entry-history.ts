// SPDX-License-Identifier: Apache-2.0
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of each entry in each revision: what rollback writes back. */
export class EntryHistory1763960000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE "entry_history" (
        "system" text NOT NULL,
        "revision" bigint NOT NULL,
        "uuid" uuid NOT NULL,
        "before" json,
        "after" json,
        CONSTRAINT "PK_5eebcca3a534356e07a7a9eaa20" PRIMARY KEY ("system", "revision", "uuid"))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE "entry_history"');
  }
}
