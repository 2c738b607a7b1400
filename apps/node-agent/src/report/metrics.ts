// SPDX-License-Identifier: Apache-2.0
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { NodeStatus } from '@drvs/contracts';
import type { Turn } from '../apply/runner.js';

/** Figures of the agent, for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  private readonly turns = this.counter('drvs_agent_turns_total', 'Turns of the runner');
  private readonly failures = this.counter('drvs_agent_turn_failures_total', 'Turns that could not be carried out');
  private readonly steps = this.counter('drvs_agent_steps_total', 'Steps carried out', ['kind']);
  private readonly session = this.gauge('drvs_agent_manager_session', '1 while a manager session lives');
  private readonly pending = this.gauge('drvs_agent_pending_steps', 'Destructive steps that wait for a manager');
  private readonly processes = this.gauge('drvs_agent_processes', 'Processes by state', ['state']);
  private readonly vms = this.gauge('drvs_agent_vms', 'VMs in the kernel');
  private readonly conditions = this.gauge('drvs_agent_condition', '1 for each condition that holds', ['type']);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  turned(turn: Turn): void {
    this.turns.inc();
    for (const step of turn.done) this.steps.inc({ kind: step.kind });
    this.pending.set(turn.plan.pending.length);
  }

  turnFailed(): void {
    this.failures.inc();
  }

  sessionLives(lives: boolean): void {
    this.session.set(lives ? 1 : 0);
  }

  stands(status: NodeStatus): void {
    this.vms.set(status.vms.filter((vm) => vm.state === 'up').length);
    this.processes.reset();
    for (const { state } of status.processes) this.processes.inc({ state });
    this.conditions.reset();
    for (const { type } of status.conditions) this.conditions.set({ type }, 1);
  }

  private counter<Label extends string>(name: string, help: string, labelNames: Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private gauge<Label extends string>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
