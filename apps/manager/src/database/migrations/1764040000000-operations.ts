// SPDX-License-Identifier: Apache-2.0
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE "operation" (
    "id" uuid NOT NULL,
    "system" text NOT NULL,
    "actor" text NOT NULL,
    "address" text,
    "spec" jsonb NOT NULL,
    "state" text NOT NULL,
    "message" text,
    "at" timestamptz NOT NULL,
    "ended_at" timestamptz,
    "rest_until" timestamptz,
    CONSTRAINT "PK_operation" PRIMARY KEY ("id"))`,
  `CREATE INDEX "operation_state_idx" ON "operation" ("state")`,
  `CREATE INDEX "operation_system_idx" ON "operation" ("system", "at")`,
  `CREATE TABLE "operation_target" (
    "operation" uuid NOT NULL,
    "position" integer NOT NULL,
    "node_uuid" uuid NOT NULL,
    "node" text NOT NULL,
    "vm_id" integer,
    "nr" integer,
    "process" text,
    "state" text NOT NULL,
    "pid" integer,
    "asked_at" timestamptz,
    "message" text,
    CONSTRAINT "PK_operation_target" PRIMARY KEY ("operation", "position"))`,
];

/** Operations over several processes, and how far each is. */
export class Operations1764040000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE "operation_target"');
    await runner.query('DROP TABLE "operation"');
  }
}
