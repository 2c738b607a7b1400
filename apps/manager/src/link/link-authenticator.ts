// SPDX-License-Identifier: Apache-2.0
// Who is knocking: a node's DN and password, checked by a bind as that DN, or a session token of an earlier connection.
import { readFileSync } from 'node:fs';
import { Inject, Injectable } from '@nestjs/common';
import { decodeLinkCredentials } from '@drvs/contracts';
import type { DesiredNode } from '@drvs/contracts';
import { normalizeDn, verifyPassword } from '@drvs/directory';
import { Clock } from '../common/clock.js';
import { LOGGER, errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { bearerOf } from '../common/secret.js';
import { SETTINGS } from '../config/settings.js';
import type { Settings } from '../config/settings.js';
import { DesiredService } from '../topology/desired.service.js';
import { AttemptLimiter } from './attempt-limiter.js';
import { SessionTokenStore } from './session-token.store.js';

/** An authenticated node, before its hello. */
export interface LinkIdentity {
  readonly system: string;
  readonly node: DesiredNode;
  /** entryCSN of the node's entry when the credentials were found right. */
  readonly csn: string | null;
  /** Set when it came with a token: the hello must name the token's machine. */
  readonly token?: { readonly secret: string; readonly machineId: string };
  /**
   * Whether the password it came with is still right; absent for a token. Asked when the node's entry changes, which may
   * be a change of its password, that the manager cannot see.
   */
  readonly stillValid?: () => Promise<boolean>;
}

/** A refused handshake, as an HTTP answer. */
export interface LinkRefusal {
  readonly status: 401 | 403 | 404 | 429 | 503;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

export type LinkAnswer = { readonly identity: LinkIdentity } | { readonly refusal: LinkRefusal };

const WINDOW_MS = 30_000;
const RETRY_SECONDS = 2;

const refuse = (
  status: LinkRefusal['status'],
  code: string,
  message: string,
  retryAfterSeconds?: number,
): LinkAnswer => ({
  refusal: { status, code, message, retryAfterSeconds },
});

@Injectable()
export class LinkAuthenticator {
  /** Per DN and address together, so that a stranger's failures do not lock out the node itself. */
  private readonly perNode = new AttemptLimiter(5, WINDOW_MS);
  private readonly perAddress = new AttemptLimiter(50, WINDOW_MS);

  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'ldap' | 'systems'>,
    private readonly desired: DesiredService,
    private readonly tokens: SessionTokenStore,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * @param authorization value of the Authorization header
   * @param address where it comes from, for the limit of failures
   */
  async authenticate(system: string, authorization: string | undefined, address: string): Promise<LinkAnswer> {
    if (!this.settings.systems.some(({ name }) => name === system)) {
      return refuse(404, 'SystemUnknown', `this manager serves no system '${system}'`);
    }
    if (this.desired.find(system) === undefined) {
      return refuse(503, 'NotReady', `the topology of '${system}' has not been read yet`, RETRY_SECONDS);
    }
    const blocked = this.perAddress.blockedFor(address, this.clock.now());
    if (blocked > 0) return tooMany(blocked);
    const token = bearerOf(authorization);
    if (token !== undefined) return this.byToken(system, token, address);
    const credentials = decodeLinkCredentials(authorization ?? '');
    if (credentials === undefined) {
      return refuse(401, 'CredentialsMissing', 'the handshake carries neither Basic credentials nor a session token');
    }
    return this.byPassword(system, credentials.dn, credentials.password, address);
  }

  private async byToken(system: string, secret: string, address: string): Promise<LinkAnswer> {
    const holder = await this.tokens.use(system, secret).catch((error: unknown) => {
      this.logger.warn({ system, error: errorText(error) }, 'cannot check a session token');
      return null;
    });
    if (holder === null)
      return refuse(503, 'DatabaseUnavailable', 'session tokens cannot be checked now', RETRY_SECONDS);
    const node = holder && this.desired.find(system)?.nodeByUuid(holder.nodeUuid);
    if (holder === undefined || node === undefined) {
      this.perAddress.fail(address, this.clock.now());
      return refuse(401, 'TokenInvalid', 'the session token is unknown, revoked or expired: come with DN and password');
    }
    return admit({ system, node, csn: holder.csn, token: { secret, machineId: holder.machineId } });
  }

  private async byPassword(system: string, dn: string, password: string, address: string): Promise<LinkAnswer> {
    const normalized = normalizeDn(dn);
    const key = `${address} ${normalized ?? dn}`;
    const blocked = this.perNode.blockedFor(key, this.clock.now());
    if (blocked > 0) return tooMany(blocked);
    const failed = (code: string, message: string): LinkAnswer => {
      this.perNode.fail(key, this.clock.now());
      this.perAddress.fail(address, this.clock.now());
      this.logger.warn({ system, dn, address, code }, 'an agent was refused');
      return refuse(401, code, message);
    };
    // Before the bind: the manager must not tell strangers which passwords of the directory are right.
    const node = normalized === undefined ? undefined : this.desired.find(system)?.nodeByDn(normalized);
    if (node === undefined) {
      // Not a failure of the node's: its entry may be on its way here.
      this.perAddress.fail(address, this.clock.now());
      return refuse(401, 'NotANode', `${dn} is not a usable drvsNode of system '${system}'`);
    }
    if (password === '') return failed('EmptyPassword', 'an empty password proves nothing (RFC 4513, 5.1.2)');
    const verify = (): Promise<boolean> => verifyPassword(this.server(), node.dn, password);
    try {
      if (!(await verify())) return failed('InvalidCredentials', `the directory refuses this password for ${dn}`);
    } catch (error) {
      this.logger.warn({ system, error: errorText(error) }, 'cannot check a password');
      return refuse(503, 'DirectoryUnavailable', `the directory cannot be asked: ${errorText(error)}`, RETRY_SECONDS);
    }
    this.perNode.succeed(key);
    return admit({ system, node, csn: node.csn ?? null, stillValid: verify });
  }

  private server(): { urls: readonly string[]; ca?: string } {
    const { urls, caFile } = this.settings.ldap;
    return { urls, ca: caFile === undefined ? undefined : readFileSync(caFile, 'utf8') };
  }
}

function tooMany(blockedMs: number): LinkAnswer {
  const seconds = Math.ceil(blockedMs / 1000);
  return refuse(429, 'TooManyFailures', `too many failed attempts: try again in ${seconds} s`, seconds);
}

function admit(identity: LinkIdentity): LinkAnswer {
  if (identity.node.adminState === 'disabled') {
    return refuse(
      403,
      'NodeDisabled',
      `${identity.node.dn} is disabled: ${identity.node.adminReason ?? 'no reason given'}`,
    );
  }
  return { identity };
}
