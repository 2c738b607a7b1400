// SPDX-License-Identifier: Apache-2.0
// Who may talk to the manager, and what they did. Secrets are stored as SHA-256 only.
import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** A session token of an agent. */
@Entity('session')
@Index('session_node_idx', ['system', 'nodeUuid'])
export class SessionRow {
  @PrimaryColumn('text', { name: 'token_hash' }) tokenHash!: string;
  @Column('text') system!: string;
  @Column('uuid', { name: 'node_uuid' }) nodeUuid!: string;
  @Column('text', { name: 'node_dn' }) nodeDn!: string;
  @Column('text', { name: 'machine_id' }) machineId!: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}

/** A token of a person or a script. */
@Entity('api_token')
export class ApiTokenRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') name!: string;
  /** `viewer`, `operator` or `admin`. */
  @Column('text') role!: string;
  /** DN in whose name it writes the directory; null: it cannot. */
  @Column('text', { nullable: true }) dn!: string | null;
  @Column('text', { name: 'token_hash', unique: true }) tokenHash!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}

/** Append only: triggers refuse updates, and deleting what is younger than 30 days. */
@Entity('audit')
@Index('audit_request_idx', ['request'])
@Index('audit_at_idx', ['at'])
export class AuditRow {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column('text', { nullable: true }) system!: string | null;
  @Column('timestamptz') at!: Date;
  @Column('text') actor!: string;
  @Column('text', { nullable: true }) address!: string | null;
  @Column('text') action!: string;
  @Column('text') target!: string;
  @Column('jsonb', { nullable: true }) before!: unknown;
  @Column('jsonb', { nullable: true }) after!: unknown;
  /** Id of the request: the rows of one have the same. */
  @Column('uuid', { nullable: true }) request!: string | null;
  /** `asked`, `done`, `refused` or `failed`. */
  @Column('text', { default: 'done' }) outcome!: string;
  @Column('text', { nullable: true }) reason!: string | null;
  /** Why it was refused or failed. */
  @Column('text', { nullable: true }) message!: string | null;
}
