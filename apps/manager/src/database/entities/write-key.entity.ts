// SPDX-License-Identifier: Apache-2.0
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An Idempotency-Key that was used, and for what. */
@Entity('write_key')
@Index('write_key_subject_idx', ['subject'])
export class WriteKeyRow {
  @PrimaryColumn('text') system!: string;
  @PrimaryColumn('text') actor!: string;
  @PrimaryColumn('text', { name: 'idempotency_key' }) idempotencyKey!: string;
  /** SHA-256 of the request: one key names one request. */
  @Column('text', { name: 'request_hash' }) requestHash!: string;
  /** Operation or decision that the request made or turned. */
  @Column('uuid') subject!: string;
  @Column('timestamptz') at!: Date;
}
