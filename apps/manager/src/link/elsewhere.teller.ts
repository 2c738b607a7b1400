// SPDX-License-Identifier: Apache-2.0
// Tells agents what other nodes have bound, as far as drvsAfter makes it matter to them.
import { Inject, Injectable } from '@nestjs/common';
import type { ProcessElsewhere } from '@drvs/contracts';
import { LOGGER, errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { Database } from '../database/database.js';
import { isUnavailable } from '../database/unavailable.js';
import { DesiredService } from '../topology/desired.service.js';
import type { AgentSession } from './agent-session.js';
import { AgentSessions } from './agent-sessions.js';
import { relativesOf } from './elsewhere.rules.js';
import type { Relative } from './elsewhere.rules.js';

/** Changes are gathered this long. */
const GATHER_MS = 100;
/** Liveness changes without a word of anybody. */
const RECHECK_MS = 5_000;

interface Word {
  readonly nodeUuid: string;
  readonly vmId: number;
  readonly nr: number;
  readonly bound: boolean;
  readonly fresh: boolean;
}

@Injectable()
export class ElsewhereTeller {
  private timer: NodeJS.Timeout | undefined;
  private recheck: NodeJS.Timeout | undefined;
  private running = false;
  private again = false;
  private closers: (() => void)[] = [];
  private readonly told = new WeakMap<AgentSession, string>();

  constructor(
    private readonly database: Database,
    private readonly desired: DesiredService,
    private readonly sessions: AgentSessions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.closers = [
      this.database.subscribe('drvs_event', () => this.look()),
      this.desired.onChange(() => this.look()),
      this.sessions.listen({ welcomed: () => this.look() }),
    ];
    this.recheck = setInterval(() => this.look(), RECHECK_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    clearInterval(this.recheck);
    for (const close of this.closers) close();
  }

  private look(): void {
    this.again = true;
    if (!this.running) this.timer ??= setTimeout(() => void this.tellAll(), GATHER_MS);
  }

  private async tellAll(): Promise<void> {
    this.timer = undefined;
    this.again = false;
    this.running = true;
    try {
      if (this.database.unavailable === undefined) await this.tell();
    } catch (error) {
      const level = isUnavailable(error) ? 'debug' : 'warn';
      this.logger[level]({ error: errorText(error) }, 'agents cannot be told of other nodes; trying again');
    } finally {
      this.running = false;
      if (this.again) this.look();
    }
  }

  private async tell(): Promise<void> {
    const wanted = new Map<AgentSession, readonly Relative[]>();
    for (const session of this.sessions.all()) {
      const desired = this.desired.find(session.identity.system);
      if (!desired || !session.offers('elsewhere')) continue;
      const relatives = relativesOf(desired).get(session.node.uuid);
      // Whoever was told of some must hear that there are none any more.
      if (relatives || this.told.has(session)) wanted.set(session, relatives ?? []);
    }
    const words = await this.read([...wanted.values()].flat());
    for (const [session, relatives] of wanted) this.tellOne(session, relatives, words);
  }

  private tellOne(session: AgentSession, relatives: readonly Relative[], words: ReadonlyMap<string, Word>): void {
    const processes = relatives.map(({ nodeUuid, ...rest }): ProcessElsewhere => {
      const word = words.get(`${nodeUuid} ${rest.vmId}/${rest.nr}`);
      return { ...rest, bound: word?.bound ?? false, fresh: word?.fresh ?? false };
    });
    const text = JSON.stringify(processes);
    if (this.told.get(session) === text) return;
    this.told.set(session, text);
    session.ask({ type: 'elsewhere', processes });
  }

  private async read(relatives: readonly Relative[]): Promise<Map<string, Word>> {
    if (relatives.length === 0) return new Map();
    const rows: Word[] = await this.database.manager.query(
      `SELECT p.node_uuid AS "nodeUuid", p.vm_id AS "vmId", p.nr, p.status->>'pid' IS NOT NULL AS bound,
         s.liveness = 'connected' AS fresh
       FROM unnest($1::uuid[], $2::integer[], $3::integer[]) AS w (node_uuid, vm_id, nr)
       JOIN process_status p ON p.node_uuid = w.node_uuid AND p.vm_id = w.vm_id AND p.nr = w.nr
       JOIN node_status s ON s.system = p.system AND s.node_uuid = p.node_uuid`,
      [relatives.map(({ nodeUuid }) => nodeUuid), relatives.map(({ vmId }) => vmId), relatives.map(({ nr }) => nr)],
    );
    return new Map(rows.map((row) => [`${row.nodeUuid} ${row.vmId}/${row.nr}`, row]));
  }
}
