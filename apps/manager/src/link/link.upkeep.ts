// SPDX-License-Identifier: Apache-2.0
// What the link does by the clock: pings, leases, this replica's beat, and credentials that may have changed.
import { Inject, Injectable } from '@nestjs/common';
import { LINK_CLOSE, PING_SECONDS } from '@drvs/contracts';
import { LOGGER, errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { Database } from '../database/database.js';
import { isUnavailable } from '../database/unavailable.js';
import type { AgentSession } from './agent-session.js';
import { AgentSessions } from './agent-sessions.js';
import { ReplicaStore } from './replica.store.js';
import { Replica } from './replica.js';
import { SessionTokenStore } from './session-token.store.js';

const SWEEP_MS = 500;
const CHECK_MS = 1_000;
const PROLONG_MS = 60 * 60 * 1000;

@Injectable()
export class LinkUpkeep {
  private timers: NodeJS.Timeout[] = [];
  private unsubscribe: (() => void) | undefined;
  /** Something has changed that may end sessions; looked at once a second, however often it is said. */
  private suspicious = true;

  constructor(
    private readonly database: Database,
    private readonly sessions: AgentSessions,
    private readonly replicas: ReplicaStore,
    private readonly replica: Replica,
    private readonly tokens: SessionTokenStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.timers = [
      setInterval(() => this.sessions.sweep(), SWEEP_MS),
      setInterval(() => void this.quietly('check', () => this.checkSessions()), CHECK_MS),
      setInterval(() => this.sessions.pingAll(), PING_SECONDS * 1000),
      setInterval(() => void this.quietly('beat', () => this.beat()), PING_SECONDS * 1000),
      setInterval(() => void this.quietly('prolong', () => this.prolong()), PROLONG_MS),
    ];
    this.unsubscribe = this.database.subscribe('drvs_session', (system) => {
      this.suspicious = true;
      // No system: Postgres has just answered (again), and must hear of this replica before anything of its nodes.
      if (system === undefined) void this.quietly('beat', () => this.beat());
    });
  }

  async stop(): Promise<void> {
    this.timers.forEach(clearInterval);
    this.unsubscribe?.();
    await this.quietly('leave', () => this.replicas.leave(this.replica.id));
  }

  private async beat(): Promise<void> {
    await this.replicas.beat(this.replica.id);
    await this.replicas.sweep();
  }

  private async prolong(): Promise<void> {
    const tokens = this.sessions.all().flatMap(({ token }) => (token === undefined ? [] : [token]));
    await this.tokens.prolong(tokens);
  }

  /**
   * Ends the sessions that another replica has taken over, and those whose node's entry has changed and whose password is
   * no longer right. The manager cannot read passwords, so any change of the entry makes it ask.
   */
  private async checkSessions(): Promise<void> {
    if (!this.suspicious) return;
    this.suspicious = false;
    const sessions = this.sessions.all();
    // A session that is not yet written would look as if it were still the other replica's.
    await this.sessions.recorded();
    const facts = await this.replicas.findNodes(sessions.map(({ node }) => node.uuid));
    for (const session of sessions) {
      const fact = facts.find(({ system, uuid }) => system === session.identity.system && uuid === session.node.uuid);
      if (fact?.replica !== undefined && fact.replica !== null && fact.replica !== this.replica.id) {
        const message = 'the node has connected to another manager';
        session.refuse({ close: LINK_CLOSE.superseded, code: 'Superseded', message });
      } else if (fact !== undefined && fact.csn !== session.verifiedCsn) {
        await this.verify(session, fact.csn);
      }
    }
  }

  private async verify(session: AgentSession, csn: string | null): Promise<void> {
    const { stillValid } = session.identity;
    const valid = await stillValid?.().catch((error: unknown) => {
      this.suspicious = true; // The directory could not be asked: ask again.
      throw error;
    });
    if (valid === true) {
      session.verifiedCsn = csn;
      return;
    }
    const message = `the entry ${session.node.dn} has changed: come with DN and password`;
    session.refuse({ close: LINK_CLOSE.unauthorised, code: 'CredentialsChanged', message });
  }

  private async quietly(what: string, task: () => Promise<void>): Promise<void> {
    try {
      if (this.database.unavailable === undefined) await task();
    } catch (error) {
      const level = isUnavailable(error) ? 'debug' : 'warn';
      this.logger[level]({ what, error: errorText(error) }, 'upkeep of the agent link failed; trying again');
    }
  }
}
