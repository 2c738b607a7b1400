// SPDX-License-Identifier: Apache-2.0
// How the desired topology came to be what it is.
import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** One life of the revision counter, and the counter itself: its row lock orders revisions by commit. */
@Entity('epoch')
export class EpochRow {
  @PrimaryColumn('text') system!: string;
  @Column('integer') counter!: number;
  @Column('uuid') uuid!: string;
  /** Postgres system identifier and timeline: another one means another database. */
  @Column('text', { name: 'database_identity' }) databaseIdentity!: string;
  /** The last revision given out. */
  @Column('bigint') revision!: string;
}

@Entity('revision')
export class RevisionRow {
  @PrimaryColumn('text') system!: string;
  @PrimaryColumn('bigint') number!: string;
  @Column('integer', { name: 'epoch_counter' }) epochCounter!: number;
  @Column('uuid', { name: 'epoch_uuid' }) epochUuid!: string;
  @Column('timestamptz') at!: Date;
  /** `directory`, `confirm` or `refuse`. */
  @Column('text') cause!: string;
  @Column('text', { nullable: true }) author!: string | null;
}

/** One object's change in one revision. */
@Entity('history')
@Index('history_revision_idx', ['system', 'revision'])
export class HistoryRow {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column('text') system!: string;
  @Column('bigint') revision!: string;
  @Column('timestamptz') at!: Date;
  @Column('text') kind!: string;
  @Column('text') op!: string;
  @Column('uuid') uuid!: string;
  @Column('text') dn!: string;
  @Column('jsonb', { nullable: true }) before!: unknown;
  @Column('jsonb', { nullable: true }) after!: unknown;
  @Column('text', { nullable: true }) csn!: string | null;
  @Column('text', { nullable: true }) author!: string | null;
}

/** How far the directory has been followed. Written only by the follower whose term it carries. */
@Entity('sync_state')
export class SyncStateRow {
  @PrimaryColumn('text') system!: string;
  @Column('bigint') term!: string;
  @Column('text', { nullable: true }) cookie!: string | null;
  /** `current`, `catching-up` or `disconnected`. */
  @Column('text') state!: string;
  @Column('text') rung!: string;
  /** When the directory was last known to be followed. */
  @Column('timestamptz', { name: 'current_at', nullable: true }) currentAt!: Date | null;
  @Column('text', { nullable: true }) message!: string | null;
  /** Entries that lost an id conflict (Loser[] of libs/directory), which documents must name. */
  @Column('jsonb', { default: [] }) losers!: unknown;
}

/** A change the guard keeps from taking effect: the desired row stays, this says what waits. */
@Entity('held_change')
export class HeldChangeRow {
  @PrimaryColumn('text') system!: string;
  @PrimaryColumn('uuid') uuid!: string;
  /** Hash of the whole held set. */
  @Column('text') hash!: string;
  @Column('text') reason!: string;
  @Column('timestamptz') since!: Date;
  /** HeldChange of libs/directory: last values, effects, and the entries a refusal writes back. */
  @Column('jsonb') held!: unknown;
}

/** A person's word on the held set; the follower carries it out, in order. */
@Entity('held_decision')
export class HeldDecisionRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') system!: string;
  @Column('text') hash!: string;
  /** `confirm` or `refuse`. */
  @Column('text') decision!: string;
  @Column('text') actor!: string;
  @Column('timestamptz', { name: 'asked_at' }) askedAt!: Date;
  @Column('timestamptz', { name: 'done_at', nullable: true }) doneAt!: Date | null;
  /** What came of it: HeldOutcome, or an ApiError. */
  @Column('jsonb', { nullable: true }) outcome!: unknown;
}

/** Since when nodes and placements exist: the guard's baseline counts what was there when its window began. */
@Entity('first_seen')
export class FirstSeenRow {
  @PrimaryColumn('text') system!: string;
  /** Effect key: `<nodeId>` or `<vmId>@<nodeId>`. */
  @PrimaryColumn('text') key!: string;
  @Column('timestamptz') since!: Date;
}

/** An effect the guard let through; kept for one window. */
@Entity('guard_effect')
@Index('guard_effect_at_idx', ['system', 'at'])
export class GuardEffectRow {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column('text') system!: string;
  @Column('timestamptz') at!: Date;
  /** PastEffect of libs/directory. */
  @Column('jsonb') effect!: unknown;
}

/** What people see happen, in order; SSE reads it. */
@Entity('event')
@Index('event_system_idx', ['system', 'id'])
export class EventRow {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column('text') system!: string;
  @Column('timestamptz') at!: Date;
  @Column('text') kind!: string;
  @Column('bigint', { nullable: true }) revision!: string | null;
  @Column('text', { nullable: true }) node!: string | null;
  @Column('text', { nullable: true }) vm!: string | null;
  @Column('text', { nullable: true }) process!: string | null;
  @Column('text') message!: string;
}
