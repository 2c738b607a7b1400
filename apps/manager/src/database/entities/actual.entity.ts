// SPDX-License-Identifier: Apache-2.0
// Actual state, as the agents last said it.
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('node_status')
export class NodeStatusRow {
  @PrimaryColumn('text') system!: string;
  @PrimaryColumn('uuid', { name: 'node_uuid' }) nodeUuid!: string;
  /** `connected`, `reconnecting` or `unknown`: the transition last written. */
  @Column('text') liveness!: string;
  @Column('timestamptz', { name: 'liveness_since' }) livenessSince!: Date;
  @Column('timestamptz', { name: 'last_seen' }) lastSeen!: Date;
  /** The replica that holds the session. */
  @Column('uuid', { nullable: true }) replica!: string | null;
  @Column('text', { name: 'machine_id', nullable: true }) machineId!: string | null;
  @Column('text', { name: 'boot_id', nullable: true }) bootId!: string | null;
  @Column('text', { name: 'agent_version', nullable: true }) agentVersion!: string | null;
  @Column('text', { name: 'applied_revision', nullable: true }) appliedRevision!: string | null;
  @Column('text', { name: 'applied_digest', nullable: true }) appliedDigest!: string | null;
  @Column('boolean', { name: 'applied_in_sync' }) appliedInSync!: boolean;
  /** ObjectResult[] of the last turn, only those that are not in sync. */
  @Column('jsonb') results!: unknown;
  /** NodeStatus without conditions, vms and processes; null before the first status. */
  @Column('jsonb', { nullable: true }) status!: unknown;
}

@Entity('vm_status')
export class VmStatusRow {
  @PrimaryColumn('text') system!: string;
  @PrimaryColumn('uuid', { name: 'node_uuid' }) nodeUuid!: string;
  @PrimaryColumn('integer', { name: 'vm_id' }) vmId!: number;
  /** ActualVm. */
  @Column('jsonb') status!: unknown;
}

@Entity('process_status')
export class ProcessStatusRow {
  @PrimaryColumn('text') system!: string;
  @PrimaryColumn('uuid', { name: 'node_uuid' }) nodeUuid!: string;
  @PrimaryColumn('integer', { name: 'vm_id' }) vmId!: number;
  @PrimaryColumn('integer') nr!: number;
  /** ActualProcess. */
  @Column('jsonb') status!: unknown;
  /** When the present bind was first reported; null while nothing is bound. */
  @Column('timestamptz', { name: 'bound_since', nullable: true }) boundSince!: Date | null;
}

/** A named fact about an object, from its agent or from the manager. */
@Entity('condition')
export class ConditionRow {
  @PrimaryColumn('text') system!: string;
  /** `node:<uuid>` or `system`. */
  @PrimaryColumn('text') object!: string;
  @PrimaryColumn('text') type!: string;
  /** `agent` or `manager`: each side replaces only its own. */
  @PrimaryColumn('text') source!: string;
  @Column('text') status!: string;
  @Column('text') reason!: string;
  @Column('text') message!: string;
  @Column('timestamptz') since!: Date;
}

/** A running manager process; its sessions are its own until this goes stale. */
@Entity('replica')
export class ReplicaRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('timestamptz', { name: 'seen_at' }) seenAt!: Date;
}
