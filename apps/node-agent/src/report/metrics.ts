// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { NodeStatus } from '@drvs/contracts';
import { firstExpiry } from '@drvs/directory';
import type { Turn } from '../apply/runner.js';
import type { Acting, InForce } from '../desired/desired-state.js';

const ACTING: readonly Acting[] = ['manager', 'directory', 'last-good'];

/** Figures of the agent, for Prometheus. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly turns = this.counter('drvs_agent_turns_total', 'Turns of the runner');
  private readonly failures = this.counter('drvs_agent_turn_failures_total', 'Turns that could not be carried out');
  private readonly steps = this.counter('drvs_agent_steps_total', 'Steps carried out', ['kind']);
  private readonly waiting = this.gauge('drvs_agent_waiting_steps', 'Steps that failed and will be tried again');
  private readonly turnedAt = this.gauge('drvs_agent_last_turn_timestamp_seconds', 'When the last turn ended');
  private readonly acting = this.gauge('drvs_agent_acting', '1 for whose word the agent acts on', ['source']);
  private readonly revision = this.gauge('drvs_agent_revision', 'Revision of the document in force');
  private readonly expiry = this.gauge(
    'drvs_agent_certificate_expiry_timestamp_seconds',
    'When a certificate expires that the agent trusts others by',
    ['certificate'],
  );
  private readonly session = this.gauge('drvs_agent_manager_session', '1 while a manager session lives');
  private readonly pending = this.gauge('drvs_agent_pending_steps', 'Destructive steps that wait for a manager');
  private readonly processes = this.gauge('drvs_agent_processes', 'Processes by state', ['state']);
  private readonly vms = this.gauge('drvs_agent_vms', 'VMs in the kernel');
  private readonly conditions = this.gauge('drvs_agent_condition', '1 for each condition that holds', ['type']);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** @param ldapCa file of the certificates that the directory is trusted by */
  async text(ldapCa: string | undefined): Promise<string> {
    if (ldapCa !== undefined) this.expires('ldap_ca', await readFile(ldapCa, 'utf8').catch(() => ''));
    return this.registry.metrics();
  }

  turned({ done, plan, waiting, endedAt, desired }: Turn<InForce>): void {
    this.turns.inc();
    for (const step of done) this.steps.inc({ kind: step.kind });
    this.pending.set(plan.pending.length);
    this.waiting.set(waiting.length);
    this.turnedAt.set(endedAt / 1000);
    for (const source of ACTING) this.acting.set({ source }, desired.acting === source ? 1 : 0);
    this.revision.set(Number(desired.placed.revision ?? 0));
    this.expires('manager_ca', desired.placed.document.managers.cas.join('\n'));
  }

  private expires(certificate: string, pem: string): void {
    const end = firstExpiry(pem);
    if (end === undefined) this.expiry.remove({ certificate });
    else this.expiry.set({ certificate }, end / 1000);
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
