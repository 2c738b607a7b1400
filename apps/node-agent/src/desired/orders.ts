// SPDX-License-Identifier: Apache-2.0
// What people asked to have done now, and what is known of other nodes: nothing of it is desired state, and plans heed it.
import { readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandAction, NodeDocument, Outcome, ProcessElsewhere } from '@drvs/contracts';
import { z } from 'zod';
import type { Clock } from '../clock.js';
import { DRAIN_LIMIT_MS, type Drain } from '../plan/drain.js';
import { processObject, type Step } from '../plan/step.js';
import type { InForce } from './desired-state.js';

export const DRAIN_FILE = 'drain.json';

/** A drain as it is kept, so that an agent that starts again does not give those who are to leave another ten minutes. */
const keptDrainSchema = z.object({
  /** The clock of `since` begins anew with each boot, and so does the drain: nobody is bound then. */
  bootId: z.string(),
  since: z.number().nonnegative(),
  limitMs: z.number().nonnegative(),
  force: z.boolean(),
});

/** Commands whose answers are remembered. */
const REMEMBERED = 1_000;

type Answer = Pick<Outcome, 'accepted' | 'code' | 'message'>;
const ACCEPTED: Answer = { accepted: true };
const refused = (code: string, message: string): Answer => ({ accepted: false, code, message });

export interface OrdersParts {
  readonly folder: string;
  readonly bootId: string;
  readonly clock: Clock;
  /** What could not be kept, and why. */
  onKeepFailed(error: unknown): void;
}

export class Orders {
  private readonly restarts = new Set<string>();
  private readonly answered = new Map<string, Answer>();
  private drain: Drain | undefined;
  private limits: Omit<Drain, 'since'> = { limitMs: DRAIN_LIMIT_MS, force: false };
  private elsewhere: readonly ProcessElsewhere[] | undefined;
  private keeping: Promise<void> = Promise.resolve();

  constructor(private readonly parts: OrdersParts) {}

  /** Recalls a drain that an agent of this boot had begun. */
  async load(): Promise<void> {
    const text = await readFile(this.file, 'utf8').catch(() => '');
    try {
      const { bootId, since, ...limits } = keptDrainSchema.parse(JSON.parse(text));
      if (bootId !== this.parts.bootId || since > this.parts.clock.elapsed()) return;
      this.drain = { since, ...limits };
      this.limits = limits;
    } catch {
      // None was under way, or its file is torn: the drain begins again.
    }
  }

  /** Takes or refuses a command, once: told again under the same id it is only answered again. */
  obey(id: string, action: CommandAction, document: NodeDocument | undefined): Answer {
    const answer = this.answered.get(id) ?? this.take(action, document);
    this.answered.set(id, answer);
    const [oldest] = this.answered.keys();
    if (this.answered.size > REMEMBERED && oldest !== undefined) this.answered.delete(oldest);
    return answer;
  }

  /** `document` is what is desired now. */
  private take(action: CommandAction, document: NodeDocument | undefined): Answer {
    switch (action.kind) {
      case 'restart':
        return this.restart(action.vmId, action.nr, document);
      case 'drain':
        this.limits = { limitMs: action.limitSeconds * 1000, force: action.force };
        if (this.drain) this.keep({ ...this.drain, ...this.limits });
        return ACCEPTED;
    }
  }

  /** What the manager says of other nodes; undefined when there is no manager to say it. */
  hear(elsewhere: readonly ProcessElsewhere[] | undefined): void {
    this.elsewhere = elsewhere;
  }

  /** A step was carried out: an order that it fulfils is done. */
  done(step: Step): void {
    if (step.kind === 'unit-restart') this.restarts.delete(step.object);
  }

  /** What is desired, with the orders that concern it. */
  join(desired: InForce): InForce {
    const drained = desired.document.node.adminState === 'drained';
    if (drained && !this.drain) this.keep({ since: this.parts.clock.elapsed(), ...this.limits });
    if (!drained && this.drain) this.forgetDrain();
    return {
      ...desired,
      restarts: this.restarts,
      ...(this.drain && { drain: this.drain }),
      ...(this.elsewhere && { elsewhere: this.elsewhere }),
    };
  }

  /** Resolves when everything that was to be kept is kept, or is not. */
  settled(): Promise<void> {
    return this.keeping;
  }

  private restart(vmId: number, nr: number, document: NodeDocument | undefined): Answer {
    const vm = document?.vms.find((one) => one.vmId === vmId);
    const process = vm?.processes.find((one) => one.nr === nr);
    if (!document || !vm || !process) {
      return refused('ProcessUnknown', `number ${nr} of VM ${vmId} is not desired on this node`);
    }
    const name = `${vm.name}/${process.name}`;
    if (!process.exec)
      return refused('NotLaunched', `${name} is admitted, not launched: start it where it was started`);
    if (vm.adminState !== 'running') return refused('VmStopped', `VM ${vm.name} is stopped`);
    const { adminState } = document.node;
    if (adminState !== 'active') {
      return refused('NodeNotActive', `node ${document.node.name} is ${adminState}: what stops there would not start`);
    }
    this.restarts.add(processObject(vmId, nr));
    return ACCEPTED;
  }

  private get file(): string {
    return join(this.parts.folder, DRAIN_FILE);
  }

  private keep(drain: Drain): void {
    this.drain = drain;
    const text = JSON.stringify({ bootId: this.parts.bootId, ...drain });
    this.afterwards(async () => {
      await writeFile(`${this.file}.new`, text, { mode: 0o600 });
      await rename(`${this.file}.new`, this.file);
    });
  }

  private forgetDrain(): void {
    this.drain = undefined;
    this.limits = { limitMs: DRAIN_LIMIT_MS, force: false };
    this.afterwards(() => unlink(this.file).catch(() => undefined));
  }

  private afterwards(act: () => Promise<void>): void {
    this.keeping = this.keeping.then(act).catch((error: unknown) => this.parts.onKeepFailed(error));
  }
}
