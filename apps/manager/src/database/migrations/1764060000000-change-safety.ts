// SPDX-License-Identifier: Apache-2.0
import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = [`"csns" jsonb NOT NULL DEFAULT '[]'`, `"numbered" jsonb NOT NULL DEFAULT '[]'`, `"failure" jsonb`];

/** What a change set's next carrier must know: which entries must be unchanged, whose numbers are ours, what is taken back. */
export class ChangeSafety1764060000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await runner.query(`ALTER TABLE "change_journal" ADD ${column}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['failure', 'numbered', 'csns']) {
      await runner.query(`ALTER TABLE "change_journal" DROP COLUMN "${name}"`);
    }
  }
}
