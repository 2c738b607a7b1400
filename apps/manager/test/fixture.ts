// SPDX-License-Identifier: Apache-2.0
// A manager in this process, between a real slapd and a real PostgreSQL.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiErrorSchema, encodeLinkCredentials } from '@drvs/contracts';
import { createToken } from '@drvs/manager/access/api-token.store';
import type { Role } from '@drvs/manager/access/api-token.store';
import { Clock } from '@drvs/manager/common/clock';
import { createLogger } from '@drvs/manager/common/logger';
import type { Settings } from '@drvs/manager/config/settings';
import { withDatabase } from '@drvs/manager/database/one-shot';
import type { Readiness } from '@drvs/manager/health/readiness.service';
import { startManager } from '@drvs/manager/manager';
import type { RunningManager } from '@drvs/manager/manager';
import { startPostgres } from '@drvs/testkit/postgres';
import type { TestPostgres } from '@drvs/testkit/postgres';
import { startSlapd } from '@drvs/testkit/slapd';
import type { SlapdOptions, TestSlapd } from '@drvs/testkit/slapd';
import type { z } from 'zod';
import { FakeAgent } from './fake-agent.js';
import type { AgentOptions } from './fake-agent.js';

export const SYSTEM = 'lab';
const SHOW_LOG = process.env['DRVS_TEST_LOG'] ?? 'silent';

/** A clock that tests move forward. */
export class TestClock extends Clock {
  private ahead = 0;

  override now(): number {
    return super.now() + this.ahead;
  }

  advance(ms: number): void {
    this.ahead += ms;
  }
}

/** Asks until the answer fits; fails with the last one. */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  fits: (answer: T) => boolean,
  ms = 15_000,
): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (fits(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(
        `waited ${ms} ms for ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class Fixture {
  readonly clock = new TestClock();
  manager: RunningManager | undefined;
  private readonly directory = mkdtempSync('/tmp/drvs-manager-');
  private token = '';

  private constructor(
    readonly slapd: TestSlapd,
    readonly postgres: TestPostgres,
    readonly databaseUrl: string,
  ) {
    this.writePassword(slapd.managerPassword);
  }

  /** Starts slapd and Postgres, and the manager unless told otherwise. */
  static async start(options: SlapdOptions & { readonly manager?: boolean } = {}): Promise<Fixture> {
    const [slapd, postgres] = await Promise.all([startSlapd(options), startPostgres()]);
    const fixture = new Fixture(slapd, postgres, await postgres.createDatabase());
    fixture.token = await fixture.newToken('admin');
    if (options.manager !== false) await fixture.startManager();
    return fixture;
  }

  get settings(): Settings {
    return {
      systems: [{ name: SYSTEM, baseDn: this.slapd.base }],
      listen: [{ kind: 'tcp', host: '127.0.0.1', port: 0 }],
      tls: undefined,
      databaseUrl: this.databaseUrl,
      ldap: {
        urls: [this.slapd.url],
        caFile: undefined,
        bindDn: this.slapd.managerDn,
        passwordFile: this.passwordFile,
      },
      auditDays: undefined,
      insecure: true,
      logLevel: SHOW_LOG,
    };
  }

  /** What the manager waits for; empty when it is ready. */
  async waitsFor(): Promise<string> {
    const { body } = await this.request('/readyz');
    return (body as Readiness).waitingFor.map(({ what, message }) => `${what}: ${message}`).join('; ');
  }

  get passwordFile(): string {
    return join(this.directory, 'password');
  }

  writePassword(password: string): void {
    writeFileSync(this.passwordFile, `${password}\n`, { mode: 0o600 });
  }

  async startManager(settings: Settings = this.settings): Promise<RunningManager> {
    this.manager = await startManager(settings, createLogger(settings.logLevel), this.clock);
    return this.manager;
  }

  async stopManager(): Promise<void> {
    await this.manager?.stop();
    this.manager = undefined;
  }

  /** @param dn in whose name it writes the directory; null: it cannot */
  newToken(role: Role, name: string = role, dn: string | null = this.slapd.adminDn): Promise<string> {
    return withDatabase(this.databaseUrl, (manager) =>
      createToken(manager, { name, role, days: 1, dn: dn ?? undefined }),
    );
  }

  /** `host:port` of the manager. */
  get address(): string {
    return this.manager?.addresses[0] ?? '';
  }

  /** One request to the API, below the system's path unless the path begins with '/'. */
  async request(path: string, init: RequestInit & { readonly token?: string } = {}): Promise<Answer> {
    const whole = path.startsWith('/') ? path : `/api/v1/systems/${SYSTEM}/${path}`;
    const headers = { authorization: `Bearer ${init.token ?? this.token}`, 'content-type': 'application/json' };
    const response = await fetch(`http://${this.address}${whole}`, { headers, ...init });
    return { status: response.status, body: await response.json() };
  }

  /** A request with more headers. */
  requestWith(more: Readonly<Record<string, string>>, path: string, init: RequestInit): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...more };
    return this.request(path, { ...init, headers });
  }

  /** A read whose answer must have a schema of the contracts, exactly. */
  async get<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
    const { status, body } = await this.request(path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(apiErrorSchema.parse(body))}`);
    return schema.parse(body);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.request(path, { method: 'POST', body: JSON.stringify(body) });
  }

  agentOptions(node: string, password: string, part: Partial<AgentOptions> = {}): AgentOptions {
    const nodeDn = this.slapd.nodeDn(node);
    return {
      url: `ws://${this.address}/agent/v1/${SYSTEM}`,
      authorization: encodeLinkCredentials({ dn: nodeDn, password }),
      nodeDn,
      ...part,
    };
  }

  /** Waits until the manager knows a node. */
  async known(node: string): Promise<void> {
    await until(
      `node ${node}`,
      () => this.request(`nodes/${node}`),
      ({ status }) => status === 200,
    );
  }

  /** An agent that has joined, once the manager knows its node. */
  async join(node: string, password: string, part: Partial<AgentOptions> = {}): Promise<FakeAgent> {
    await this.known(node);
    return FakeAgent.join(this.agentOptions(node, password, part));
  }

  async close(): Promise<void> {
    await this.stopManager();
    await Promise.all([this.slapd.close(), this.postgres.close()]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
