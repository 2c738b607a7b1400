// SPDX-License-Identifier: Apache-2.0
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Idempotency keys of operations and decisions. */
export class WriteKeys1764070000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "write_key" (
      "system" text NOT NULL,
      "actor" text NOT NULL,
      "idempotency_key" text NOT NULL,
      "request_hash" text NOT NULL,
      "subject" uuid NOT NULL,
      "at" timestamptz NOT NULL,
      CONSTRAINT "PK_write_key" PRIMARY KEY ("system", "actor", "idempotency_key"))`);
    await runner.query(`CREATE INDEX "write_key_subject_idx" ON "write_key" ("subject")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE "write_key"');
  }
}
