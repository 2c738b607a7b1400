// SPDX-License-Identifier: Apache-2.0
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An operation that somebody asked for. Kept when it has ended: it says who did what, and why. */
@Entity('operation')
@Index('operation_state_idx', ['state'])
@Index('operation_system_idx', ['system', 'at'])
export class OperationRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') system!: string;
  @Column('text') actor!: string;
  @Column('text', { nullable: true }) address!: string | null;
  /** OperationSpec. */
  @Column('jsonb') spec!: unknown;
  /** `running`, `paused`, `done`, `failed` or `stopped`. */
  @Column('text') state!: string;
  @Column('text', { nullable: true }) message!: string | null;
  @Column('timestamptz') at!: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null;
  /** No batch begins before. */
  @Column('timestamptz', { name: 'rest_until', nullable: true }) restUntil!: Date | null;
}

/** One process, or one node, of an operation. */
@Entity('operation_target')
export class OperationTargetRow {
  @PrimaryColumn('uuid') operation!: string;
  @PrimaryColumn('integer') position!: number;
  @Column('uuid', { name: 'node_uuid' }) nodeUuid!: string;
  @Column('text') node!: string;
  @Column('integer', { name: 'vm_id', nullable: true }) vmId!: number | null;
  @Column('integer', { nullable: true }) nr!: number | null;
  /** `vm/process` when it was asked for; null where the target is the node. */
  @Column('text', { nullable: true }) process!: string | null;
  /** `waiting`, `asked`, `accepted`, `done` or `failed`. */
  @Column('text') state!: string;
  /** pid that was bound when it was asked for; it is done when another one is. */
  @Column('integer', { nullable: true }) pid!: number | null;
  @Column('timestamptz', { name: 'asked_at', nullable: true }) askedAt!: Date | null;
  @Column('text', { nullable: true }) message!: string | null;
}
