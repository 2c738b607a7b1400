// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OperationSpec, OperationView } from '@drvs/contracts';
import type { EntityManager } from 'typeorm';
import { claimKey, findKey } from '../api/write-key.store.js';
import type { KeyedWrite } from '../api/write-key.store.js';
import { appendAudit } from '../audit/audit.store.js';
import type { ApiRefusal } from '../common/api-error.js';
import { Database } from '../database/database.js';
import { storableJson, storableText } from '../database/stored-json.js';
import { appendEvents } from '../events/event.store.js';
import type { Advance, OperationFact, TargetFact } from './operation.rules.js';
import { operationView, type OperationViewRow, type TargetViewRow } from './operation-view.rules.js';

/** What a person may do to an operation. */
export type Turn = 'resume' | 'stop';

/** One process or node of a new operation. */
export interface NewTarget {
  readonly nodeUuid: string;
  readonly node: string;
  readonly vmId: number | null;
  readonly nr: number | null;
  readonly process: string | null;
}

export interface NewOperation extends KeyedWrite {
  readonly address: string | null;
  readonly spec: OperationSpec;
  readonly targets: readonly NewTarget[];
}

/** Who turns an operation. */
type OperationTurn = KeyedWrite & Pick<NewOperation, 'address'>;

/** An order that a node has to be told. */
export interface Order {
  readonly operation: string;
  readonly position: number;
  readonly system: string;
  readonly nodeUuid: string;
  readonly spec: OperationSpec;
  readonly vmId: number | null;
  readonly nr: number | null;
}

type FactRow = Omit<TargetFact, 'askedAt'> & { readonly askedAt: Date | null };

const VIEW = `id, actor, spec, state, message, at, ended_at AS "endedAt"`;

const OF_ACTOR = 'WHERE system = $1 AND id = $2 AND $3::text IS NOT NULL';
const TURNS: Readonly<Record<Turn, string>> = {
  resume: `UPDATE operation SET state = 'running', message = NULL, rest_until = NULL ${OF_ACTOR} AND state = 'paused' RETURNING id`,
  stop: `UPDATE operation SET state = 'stopped', ended_at = now(), message = 'stopped by ' || $3::text
    ${OF_ACTOR} AND state IN ('running', 'paused') RETURNING id`,
};

const FACTS = `
  SELECT t.position, t.state, t.process, t.node, t.pid, t.asked_at AS "askedAt", t.message,
    (p.status->>'pid')::integer AS "boundPid",
    (SELECT count(*)::integer FROM process_status b
      WHERE b.system = $2 AND b.node_uuid = t.node_uuid AND b.status->>'pid' IS NOT NULL) AS "boundOnNode",
    (SELECT string_agg(b.status->>'name', ', ' ORDER BY b.vm_id, b.nr) FROM process_status b
      WHERE b.system = $2 AND b.node_uuid = t.node_uuid AND b.status->>'pid' IS NOT NULL) AS "boundNames",
    EXISTS (SELECT FROM condition c WHERE c.system = $2 AND c.object = 'node:' || t.node_uuid AND c.type = 'StillBound'
      AND c.status = 'true') AS "stillBound",
    n.desired->>'adminState' AS "adminState"
  FROM operation_target t
  LEFT JOIN process_status p ON p.system = $2 AND p.node_uuid = t.node_uuid AND p.vm_id = t.vm_id AND p.nr = t.nr
  LEFT JOIN node n ON n.system = $2 AND n.uuid = t.node_uuid
  WHERE t.operation = $1 ORDER BY t.position`;

@Injectable()
export class OperationStore {
  constructor(private readonly database: Database) {}

  /** Id of the operation that was made or turned with the same key; undefined: none was. */
  findKeyed(write: KeyedWrite): Promise<string | undefined> {
    return findKey(this.database.manager, write);
  }

  /**
   * Keeps a new operation with its audit row, and gives its id, or that of the same key's. A drain takes the place of an
   * earlier one of its node.
   */
  async create(operation: NewOperation): Promise<string> {
    const id = randomUUID();
    const { system, actor, address, spec, targets } = operation;
    return this.database.manager.transaction(async (manager) => {
      const earlier = await claimKey(manager, operation, id);
      if (earlier !== undefined) return earlier;
      if (spec.kind === 'drain') await this.supersede(manager, system, spec.node);
      await manager.query(
        `INSERT INTO operation (id, system, actor, address, spec, state, at) VALUES ($1, $2, $3, $4, $5, 'running', now())`,
        [id, system, actor, address, storableJson(spec)],
      );
      await manager.query(
        `INSERT INTO operation_target (operation, position, node_uuid, node, vm_id, nr, process, state)
         SELECT $1, position - 1, node_uuid, node, vm_id, nr, process, 'waiting'
         FROM ROWS FROM (jsonb_to_recordset($2) AS (node_uuid uuid, node text, vm_id integer, nr integer, process text))
           WITH ORDINALITY AS r (node_uuid, node, vm_id, nr, process, position)`,
        [
          id,
          storableJson(targets.map(({ nodeUuid, vmId, ...rest }) => ({ ...rest, node_uuid: nodeUuid, vm_id: vmId }))),
        ],
      );
      await this.audit(manager, operation, spec.kind, id);
      await this.tell(manager, system, `${spec.kind} ${id} of ${actor} began: ${spec.reason}`);
      return id;
    });
  }

  async findAll(system: string): Promise<OperationView[]> {
    const rows: OperationViewRow[] = await this.database.manager.query(
      `SELECT ${VIEW} FROM operation WHERE system = $1 ORDER BY at DESC LIMIT 1000`,
      [system],
    );
    const targets = await this.targetsOf(rows.map(({ id }) => id));
    return rows.map((row) =>
      operationView(
        row,
        targets.filter(({ operation }) => operation === row.id),
      ),
    );
  }

  async find(system: string, id: string): Promise<OperationView | undefined> {
    const rows: OperationViewRow[] = await this.database.manager.query(
      `SELECT ${VIEW} FROM operation WHERE system = $1 AND id = $2`,
      [system, id],
    );
    return rows[0] && operationView(rows[0], await this.targetsOf([id]));
  }

  /**
   * Lets a paused one go on, what had failed once more; or begins nothing more of one that has not ended. Throws the refusal
   * where it is not in a state for that.
   */
  async turn(id: string, turn: Turn, write: OperationTurn, refusal: ApiRefusal): Promise<void> {
    const { system, actor, address } = write;
    await this.database.manager.transaction(async (manager) => {
      if ((await claimKey(manager, write, id)) !== undefined) return;
      const [rows]: [unknown[]] = await manager.query(TURNS[turn], [system, id, actor]);
      if (rows.length === 0) throw refusal;
      if (turn === 'resume') {
        await manager.query(
          `UPDATE operation_target SET state = 'waiting', message = NULL, pid = NULL, asked_at = NULL
           WHERE operation = $1 AND state = 'failed'`,
          [id],
        );
      }
      await appendAudit(manager, { system, actor, address, action: `operation-${turn}`, target: id, outcome: 'done' });
      await this.tell(manager, system, `operation ${id}: ${turn} by ${actor}`);
    });
  }

  /** Advances every running operation that no other replica is advancing. Returns how many there were. */
  async advanceAll(now: number, decide: (operation: OperationFact, now: number) => Advance): Promise<number> {
    return this.database.manager.transaction(async (manager) => {
      const rows: { id: string; system: string; spec: OperationSpec; restUntil: Date | null }[] = await manager.query(
        `SELECT id, system, spec, rest_until AS "restUntil" FROM operation WHERE state = 'running'
         ORDER BY at FOR UPDATE SKIP LOCKED LIMIT 100`,
      );
      for (const { id, system, spec, restUntil } of rows) {
        const facts: FactRow[] = await manager.query(FACTS, [id, system]);
        const targets = facts.map((fact) => ({ ...fact, askedAt: fact.askedAt?.getTime() ?? null }));
        const next = decide({ spec, restUntil: restUntil?.getTime() ?? null, targets }, now);
        await this.apply(manager, { id, system, spec }, next, now);
      }
      return rows.length;
    });
  }

  /** Orders that no node has taken yet. */
  async findOrders(): Promise<Order[]> {
    return this.database.manager.query(
      `SELECT t.operation, t.position, o.system, t.node_uuid AS "nodeUuid", o.spec, t.vm_id AS "vmId", t.nr
       FROM operation_target t JOIN operation o ON o.id = t.operation
       WHERE o.state = 'running' AND t.state = 'asked' ORDER BY o.at, t.position LIMIT 1000`,
    );
  }

  /** What a node answered to an order. Only the node that the order is for can answer it. */
  async answered(
    nodeUuid: string,
    order: Pick<Order, 'operation' | 'position'>,
    refusal: string | undefined,
  ): Promise<void> {
    await this.database.manager.query(
      `UPDATE operation_target SET state = $4, message = $5
       WHERE operation = $1 AND position = $2 AND node_uuid = $3 AND state = 'asked'`,
      [
        order.operation,
        order.position,
        nodeUuid,
        refusal === undefined ? 'accepted' : 'failed',
        refusal === undefined ? null : storableText(refusal),
      ],
    );
    await this.database.manager.query(`SELECT pg_notify('drvs_operation', '')`);
  }

  private async targetsOf(ids: readonly string[]): Promise<TargetViewRow[]> {
    return this.database.manager.query(
      `SELECT operation, node, process, state, message FROM operation_target WHERE operation = ANY($1)
       ORDER BY operation, position`,
      [ids],
    );
  }

  private async supersede(manager: EntityManager, system: string, node: string): Promise<void> {
    await manager.query(
      `UPDATE operation SET state = 'stopped', ended_at = now(), message = 'another drain of the node took its place'
       WHERE system = $1 AND state IN ('running', 'paused') AND spec->>'kind' = 'drain' AND spec->>'node' = $2`,
      [system, node],
    );
  }

  private async apply(
    manager: EntityManager,
    { id, system, spec }: { id: string; system: string; spec: OperationSpec },
    { targets, state, message, restUntil }: Advance,
    now: number,
  ): Promise<void> {
    for (const target of targets) {
      // Asked: the pid of this moment is the one that has to be another one.
      await manager.query(
        `UPDATE operation_target t SET state = $3, message = $4,
           asked_at = CASE WHEN $5 THEN $6::timestamptz ELSE asked_at END,
           pid = CASE WHEN $5 THEN (SELECT (p.status->>'pid')::integer FROM process_status p
             WHERE p.system = $7 AND p.node_uuid = t.node_uuid AND p.vm_id = t.vm_id AND p.nr = t.nr) ELSE pid END
         WHERE operation = $1 AND position = $2`,
        [id, target.position, target.state, target.message, target.asked, new Date(now), system],
      );
    }
    await manager.query(
      `UPDATE operation SET state = coalesce($2, state), message = $3, ended_at = CASE WHEN $2 IN ('done', 'failed', 'stopped')
         THEN now() ELSE ended_at END, rest_until = CASE WHEN $4 THEN $5::timestamptz ELSE rest_until END
       WHERE id = $1`,
      [
        id,
        state ?? null,
        message ?? null,
        restUntil !== undefined,
        restUntil === undefined || restUntil === null ? null : new Date(restUntil),
      ],
    );
    if (state !== undefined) {
      await this.tell(manager, system, `${spec.kind} ${id} is ${state}${message ? `: ${message}` : ''}`);
    }
  }

  private async audit(manager: EntityManager, operation: NewOperation, action: string, id: string): Promise<void> {
    const { system, actor, address, spec, targets } = operation;
    await manager.query(
      `INSERT INTO audit (system, at, actor, address, action, target, after) VALUES ($1, now(), $2, $3, $4, $5, $6)`,
      [system, actor, address, action, id, storableJson({ ...spec, targets: targets.length })],
    );
  }

  private async tell(manager: EntityManager, system: string, message: string): Promise<void> {
    const blank = { revision: null, node: null, vm: null, process: null };
    const event = {
      at: new Date().toISOString(),
      kind: 'operation' as const,
      ...blank,
      message: storableText(message),
    };
    await appendEvents(manager, [{ system, event }]);
    await manager.query(`SELECT pg_notify('drvs_operation', '')`);
  }
}
