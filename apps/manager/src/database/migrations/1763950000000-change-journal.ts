// SPDX-License-Identifier: Apache-2.0
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE "change_journal" (
    "id" uuid NOT NULL,
    "system" text NOT NULL,
    "actor" text NOT NULL,
    "acts_as" text NOT NULL,
    "address" text,
    "idempotency_key" text,
    "request_hash" text NOT NULL,
    "if_revision" bigint,
    "plan" text,
    "force" boolean NOT NULL,
    "reason" text,
    "operations" jsonb NOT NULL,
    "operation_count" integer NOT NULL,
    "inverses" jsonb NOT NULL DEFAULT '[]',
    "written" integer NOT NULL DEFAULT 0,
    "released" jsonb NOT NULL DEFAULT '[]',
    "state" text NOT NULL,
    "outcome" jsonb,
    "asked_at" timestamptz NOT NULL,
    "ended_at" timestamptz,
    CONSTRAINT "PK_9034aaa094319c70c2430fadee7" PRIMARY KEY ("id"))`,
  `CREATE UNIQUE INDEX "change_journal_key_idx" ON "change_journal" ("system", "actor", "idempotency_key")`,
  `ALTER TABLE "api_token" ADD "dn" text`,
  `CREATE INDEX "change_journal_state_idx" ON "change_journal" ("system", "state")`,
];

/** Change sets, journalled before they are written; and in whose name a token writes. */
export class ChangeJournal1763950000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE "api_token" DROP COLUMN "dn"');
    await runner.query('DROP TABLE "change_journal"');
  }
}
