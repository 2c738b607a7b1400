// SPDX-License-Identifier: Apache-2.0
// Every replica advances operations, each under its row's lock, and tells orders to the nodes whose sessions it holds.
import { Inject, Injectable } from '@nestjs/common';
import type { CommandAction, Outcome } from '@drvs/contracts';
import { Clock } from '../common/clock.js';
import { LOGGER, errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { Database } from '../database/database.js';
import { isUnavailable } from '../database/unavailable.js';
import type { AgentSession, Reply } from '../link/agent-session.js';
import { AgentSessions } from '../link/agent-sessions.js';
import { advance } from './operation.rules.js';
import { OperationStore } from './operation.store.js';
import type { Order } from './operation.store.js';

/** While something runs: results come as states of processes, which nobody announces to operations. */
const BUSY_MS = 1_000;
const IDLE_MS = 10_000;

const TOO_OLD = "the node's agent is too old for this: upgrade drvs-node-agent there";

@Injectable()
export class OperationRunner {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private closers: (() => void)[] = [];
  /** Orders that a session has been told: it answers each once. */
  private readonly told = new WeakMap<AgentSession, Set<string>>();

  constructor(
    private readonly database: Database,
    private readonly store: OperationStore,
    private readonly sessions: AgentSessions,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.closers = [
      this.database.subscribe('drvs_operation', () => this.look()),
      this.sessions.listen({
        welcomed: () => this.look(),
        replied: (session, reply) => void this.heard(session, reply),
      }),
    ];
    this.look();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const close of this.closers) close();
    await this.running;
  }

  private look(): void {
    this.again = true;
    if (this.running || this.stopped) return;
    clearTimeout(this.timer);
    this.running = this.turns().finally(() => {
      this.running = undefined;
    });
  }

  private async turns(): Promise<void> {
    let busy = false;
    while (this.again && !this.stopped) {
      this.again = false;
      busy = await this.turn().catch((error: unknown) => {
        const level = isUnavailable(error) ? 'debug' : 'warn';
        this.logger[level]({ error: errorText(error) }, 'operations cannot be advanced; trying again');
        return false;
      });
    }
    if (!this.stopped) this.timer = setTimeout(() => this.look(), busy ? BUSY_MS : IDLE_MS);
  }

  /** Returns whether anything is running. */
  private async turn(): Promise<boolean> {
    if (this.database.unavailable !== undefined) return false;
    const running = await this.store.advanceAll(this.clock.now(), advance);
    const orders = await this.store.findOrders();
    for (const order of orders) await this.deliver(order);
    return running > 0 || orders.length > 0;
  }

  private async deliver(order: Order): Promise<void> {
    const session = this.sessions.find(order.system, order.nodeUuid);
    if (session === undefined) return;
    if (!session.offers('command')) return this.store.answered(order.nodeUuid, order, TOO_OLD);
    const id = `${order.operation}:${order.position}`;
    const told = this.told.get(session) ?? new Set();
    if (told.has(id)) return;
    this.told.set(session, told.add(id));
    session.ask({ type: 'command', id, action: actionOf(order) });
  }

  private async heard(session: AgentSession, reply: Reply): Promise<void> {
    if (reply.type !== 'outcome') return;
    const order = orderOf(reply);
    if (order === undefined) return;
    const refusal = reply.accepted ? undefined : `${reply.code ?? 'Refused'}: ${reply.message ?? 'no reason given'}`;
    await this.store.answered(session.node.uuid, order, refusal).catch((error: unknown) => {
      // The order is told again: an agent takes it twice as once.
      this.logger.warn({ error: errorText(error) }, 'the answer to an order cannot be kept');
    });
  }
}

function actionOf({ spec, vmId, nr }: Order): CommandAction {
  if (spec.kind === 'drain') return { kind: 'drain', limitSeconds: spec.limitSeconds, force: spec.force };
  return { kind: 'restart', vmId: vmId ?? 0, nr: nr ?? 0 };
}

function orderOf({ id }: Outcome): Pick<Order, 'operation' | 'position'> | undefined {
  const [, operation, position] = /^([0-9a-f-]{36}):(\d{1,6})$/.exec(id) ?? [];
  return operation === undefined ? undefined : { operation, position: Number(position) };
}
