// SPDX-License-Identifier: Apache-2.0
// The desired projection: what the directory says, one row per usable entry, and the raw entries it is parsed from.
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What every desired row knows of its entry. `held` rows are kept in force by the guard. */
abstract class DesiredRow {
  @PrimaryColumn('text') system!: string;
  /** entryUUID, lower case. */
  @PrimaryColumn('uuid') uuid!: string;
  @Column('text') dn!: string;
  @Column('text') name!: string;
  @Column('boolean') invalid!: boolean;
  @Column('boolean') held!: boolean;
  @Column('text', { nullable: true }) csn!: string | null;
  /** Revision of the last change of this row. */
  @Column('bigint') revision!: string;
  /** The parsed object as libs/contracts' topology.ts describes it. */
  @Column('jsonb') desired!: unknown;
}

@Entity('drvs_system')
export class SystemRow extends DesiredRow {}

@Entity('node')
@Index('node_id_idx', ['system', 'nodeId'])
export class NodeRow extends DesiredRow {
  @Column('integer', { name: 'node_id' }) nodeId!: number;
}

@Entity('vm')
@Index('vm_id_idx', ['system', 'vmId'])
export class VmRow extends DesiredRow {
  @Column('integer', { name: 'vm_id' }) vmId!: number;
}

@Entity('process')
@Index('process_vm_idx', ['system', 'vmUuid'])
export class ProcessRow extends DesiredRow {
  @Column('uuid', { name: 'vm_uuid' }) vmUuid!: string;
  @Column('integer') nr!: number;
}

/** A directory entry as content synchronisation delivered it; the sync cookie covers exactly these rows. */
@Entity('entry')
export class EntryRow {
  @PrimaryColumn('text') system!: string;
  @PrimaryColumn('uuid') uuid!: string;
  @Column('text') dn!: string;
  // json, not jsonb: a value with a NUL character must not stop everything else.
  @Column('json') entry!: unknown;
}

/** What one revision did to one entry. */
@Entity('entry_history')
export class EntryHistoryRow {
  @PrimaryColumn('text') system!: string;
  @PrimaryColumn('bigint') revision!: string;
  @PrimaryColumn('uuid') uuid!: string;
  @Column('json', { nullable: true }) before!: unknown;
  @Column('json', { nullable: true }) after!: unknown;
}

/** A record that cannot be used as it stands. */
@Entity('problem')
export class ProblemRow {
  @PrimaryColumn('text') system!: string;
  @PrimaryColumn('text') dn!: string;
  @PrimaryColumn('text') code!: string;
  /** Empty when no single attribute is at fault. */
  @PrimaryColumn('text') attribute!: string;
  @Column('uuid', { nullable: true }) uuid!: string | null;
  @Column('text') message!: string;
  @Column('text') remedy!: string;
  @Column('boolean', { name: 'last_valid_in_force' }) lastValidInForce!: boolean;
  @Column('timestamptz') since!: Date;
}
