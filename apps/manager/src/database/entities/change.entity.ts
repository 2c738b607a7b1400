// SPDX-License-Identifier: Apache-2.0
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A change set on its way into the directory, and what came of it. */
@Entity('change_journal')
@Index('change_journal_key_idx', ['system', 'actor', 'idempotencyKey'], { unique: true })
@Index('change_journal_state_idx', ['system', 'state'])
export class ChangeJournalRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') system!: string;
  @Column('text') actor!: string;
  /** DN in whose name the directory is written. */
  @Column('text', { name: 'acts_as' }) actsAs!: string;
  @Column('text', { nullable: true }) address!: string | null;
  @Column('text', { name: 'idempotency_key', nullable: true }) idempotencyKey!: string | null;
  @Column('text', { name: 'request_hash' }) requestHash!: string;
  /** Revision that must be the present one when the writing begins. */
  @Column('bigint', { name: 'if_revision', nullable: true }) ifRevision!: string | null;
  @Column('text', { nullable: true }) plan!: string | null;
  @Column('boolean') force!: boolean;
  @Column('text', { nullable: true }) reason!: string | null;
  /** WriteOperation[] of libs/directory; passwords as hashes; emptied when the change set ends. */
  @Column('jsonb') operations!: unknown;
  @Column('integer', { name: 'operation_count' }) operationCount!: number;
  /** What takes each operation back. */
  @Column('jsonb', { default: [] }) inverses!: unknown;
  /** Operations that are done for certain. */
  @Column('integer', { default: 0 }) written!: number;
  /** entryUUIDs whose effects the guard lets pass. */
  @Column('jsonb', { default: [] }) released!: unknown;
  /** entryCSN that each operation must find; null: any. */
  @Column('jsonb', { default: [] }) csns!: unknown;
  /** Places of the operations whose vmid was chosen by us. */
  @Column('jsonb', { default: [] }) numbered!: unknown;
  /** ChangeFailure: from then on what was written is being taken back. */
  @Column('jsonb', { nullable: true }) failure!: unknown;
  /** Values before and after, for the audit; emptied when the change set ends. */
  @Column('jsonb', { nullable: true }) changed!: unknown;
  /** `waiting`, `writing`, `done`, `refused` or `failed`. */
  @Column('text') state!: string;
  @Column('jsonb', { nullable: true }) outcome!: unknown;
  @Column('timestamptz', { name: 'asked_at' }) askedAt!: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null;
}
