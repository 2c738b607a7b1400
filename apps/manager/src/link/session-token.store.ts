// SPDX-License-Identifier: Apache-2.0
// Session tokens of agents: valid on every replica, for 24 h since last used, bound to node and machine.
import { Injectable } from '@nestjs/common';
import { hashSecret, newSecret } from '../common/secret.js';
import { Database } from '../database/database.js';

/** What a token stands for. */
export interface TokenHolder {
  readonly nodeUuid: string;
  readonly machineId: string;
  /** entryCSN of the node's entry: a change of it would have revoked the token. */
  readonly csn: string | null;
}

const LIFETIME = `interval '24 hours'`;

@Injectable()
export class SessionTokenStore {
  constructor(private readonly database: Database) {}

  /** Makes a token and removes the expired ones. */
  async issue(system: string, node: { uuid: string; dn: string }, machineId: string): Promise<string> {
    const token = newSecret();
    await this.database.manager.query('DELETE FROM session WHERE expires_at < now()');
    await this.database.manager.query(
      `INSERT INTO session (token_hash, system, node_uuid, node_dn, machine_id, expires_at)
       VALUES ($1, $2, $3, $4, $5, now() + ${LIFETIME})`,
      [hashSecret(token), system, node.uuid, node.dn, machineId],
    );
    return token;
  }

  /** Who holds a token, undefined when it is unknown, revoked or expired. Using it prolongs it. */
  async use(system: string, token: string): Promise<TokenHolder | undefined> {
    const [rows]: [TokenHolder[]] = await this.database.manager.query(
      `UPDATE session s SET expires_at = now() + ${LIFETIME}
       WHERE token_hash = $1 AND system = $2 AND expires_at > now() RETURNING node_uuid AS "nodeUuid",
         machine_id AS "machineId", (SELECT csn FROM node WHERE system = $2 AND uuid = s.node_uuid) AS csn`,
      [hashSecret(token), system],
    );
    return rows[0];
  }

  /** Prolongs the tokens of live sessions, which are not presented again while the session lasts. */
  async prolong(tokens: readonly string[]): Promise<void> {
    await this.database.manager.query(
      `UPDATE session SET expires_at = now() + ${LIFETIME} WHERE token_hash = ANY($1) AND expires_at > now()`,
      [tokens.map(hashSecret)],
    );
  }
}
