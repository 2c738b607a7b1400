// SPDX-License-Identifier: Apache-2.0
// Answers still being given (event streams, journals) and the tokens they were asked for with: a token that is revoked or
// expires in the meantime ends them.
import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { LOGGER, errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { hashSecret } from '../common/secret.js';
import { Database } from '../database/database.js';
import { ApiTokenStore } from './api-token.store.js';

/** Expiry tells nobody; a revocation is notified. */
const CHECK_MS = 5_000;

@Injectable()
export class OpenRequests {
  private readonly open = new Map<Response, string>();
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly tokens: ApiTokenStore,
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.check(), CHECK_MS);
    this.unsubscribe = this.database.subscribe('drvs_token', () => void this.check());
  }

  stop(): void {
    clearInterval(this.timer);
    this.unsubscribe?.();
  }

  /** From now to its end an answer depends on the token. */
  track(response: Response, token: string): void {
    this.open.set(response, hashSecret(token));
    response.once('close', () => void this.open.delete(response));
  }

  /** While Postgres is away nothing is known against a token. */
  private async check(): Promise<void> {
    if (this.open.size === 0 || this.database.unavailable !== undefined) return;
    const asked = [...this.open];
    try {
      const valid = await this.tokens.findValid([...new Set(asked.map(([, hash]) => hash))]);
      for (const [response, hash] of asked) if (!valid.has(hash)) response.destroy();
    } catch (error) {
      this.logger.debug({ error: errorText(error) }, 'cannot check the tokens of open requests; trying again');
    }
  }
}
