// SPDX-License-Identifier: Apache-2.0
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `ALTER TABLE "audit" ADD "request" uuid`,
  `ALTER TABLE "audit" ADD "outcome" text NOT NULL DEFAULT 'done'`,
  `ALTER TABLE "audit" ADD "reason" text`,
  `ALTER TABLE "audit" ADD "message" text`,
  `DROP TRIGGER audit_append_only ON "audit"`,
  // What was recorded before had been asked for; what came of it was not recorded.
  `UPDATE "audit" SET outcome = 'asked', reason = after->>'reason' WHERE action = 'change' OR action LIKE 'held.%'`,
  `CREATE TRIGGER audit_append_only BEFORE UPDATE OR TRUNCATE ON "audit"
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()`,
  // A retention setting may remove what is old; what is younger than 30 days nobody can.
  `CREATE FUNCTION audit_keeps_recent() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.at > now() - interval '30 days' THEN
        RAISE EXCEPTION 'audit is append only: a row stays 30 days at least';
      END IF;
      RETURN OLD;
    END $$`,
  `CREATE TRIGGER audit_keeps_recent BEFORE DELETE ON "audit" FOR EACH ROW EXECUTE FUNCTION audit_keeps_recent()`,
  `CREATE INDEX "audit_request_idx" ON "audit" ("request")`,
  `CREATE INDEX "audit_at_idx" ON "audit" ("at")`,
  `ALTER TABLE "change_journal" ADD "changed" jsonb`,
];

/** What came of everything audited, why, and the values before and after; old rows may be removed, by a setting. */
export class AuditOutcomes1764050000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('the audit is append only: restore the database from before this migration instead');
  }
}
