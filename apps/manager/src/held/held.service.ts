// SPDX-License-Identifier: Apache-2.0
// What the guard holds, and a person's word on it. The follower carries the word out, on whichever replica it runs.
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { HeldDecision, HeldOutcome, HeldView } from '@drvs/contracts';
import { assertRevision, requestHash } from '../api/write-asker.js';
import type { WriteAsker } from '../api/write-asker.js';
import { ApiRefusal } from '../common/api-error.js';
import { Clock } from '../common/clock.js';
import { DecisionStore } from '../follower/decision.store.js';
import type { DecisionOutcome } from '../follower/decision.store.js';
import { DesiredService } from '../topology/desired.service.js';
import { TopologyService } from '../topology/topology.service.js';
import { heldView } from './held-view.rules.js';
import { HeldStore } from './held.store.js';

/** How long a decision waits for a follower before it is taken back. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 50;

@Injectable()
export class HeldService {
  constructor(
    private readonly topology: TopologyService,
    private readonly desired: DesiredService,
    private readonly store: HeldStore,
    private readonly decisions: DecisionStore,
    private readonly clock: Clock,
  ) {}

  async read(system: string): Promise<HeldView> {
    const { topology } = this.topology.getDesiredOrThrow(system);
    return heldView(await this.store.find(system), topology);
  }

  /** A decision without deciding: what it would be about. Throws a 409 as {@link decide} does. */
  async rehearse(system: string, { hash }: HeldDecision, asker: WriteAsker): Promise<HeldView> {
    assertRevision(this.topology.getDesiredOrThrow(system).revision, asker);
    const current = await this.read(system);
    if (current.hash !== hash || current.items.length === 0) throw stale(current);
    return current;
  }

  /** Confirms or refuses the held set whose hash the decision carries. Throws a 409 when that is not the present one. */
  async decide(
    system: string,
    decision: 'confirm' | 'refuse',
    { hash, reason }: HeldDecision,
    asker: WriteAsker,
  ): Promise<HeldOutcome> {
    const { actor, address, idempotencyKey } = asker;
    const write = { system, actor, idempotencyKey, requestHash: requestHash({ decision, hash, reason }) };
    if ((await this.decisions.findAsked(write)) === undefined) await this.rehearse(system, { hash }, asker);
    const id = await this.decisions.ask({ ...write, hash, decision, address, reason: reason ?? null });
    const outcome = await this.waitFor(id);
    if (outcome.kind === 'stale') throw stale(await this.read(system), true);
    if (outcome.kind === 'failed') {
      throw new ApiRefusal(502, 'DirectoryRefused', outcome.message, {
        recorded: true,
        remedy: 'What was written stays; correct the cause and refuse again: it goes on where it stopped.',
      });
    }
    await this.desired.refresh(system);
    return outcome.outcome;
  }

  private async waitFor(id: string): Promise<DecisionOutcome> {
    const deadline = this.clock.now() + PATIENCE_MS;
    for (;;) {
      const outcome = await this.decisions.findOutcome(id);
      if (outcome !== undefined) return outcome;
      if (this.clock.now() >= deadline && (await this.decisions.withdraw(id))) break;
      await sleep(LOOK_MS);
    }
    throw new ApiRefusal(503, 'FollowerAbsent', 'no manager follows the directory now, so nothing was decided', {
      recorded: true,
      remedy: 'GET /readyz says what the manager waits for; decide again afterwards.',
    });
  }
}

function stale(current: HeldView, recorded = false): ApiRefusal {
  const nothing = current.items.length === 0;
  const detail = nothing ? 'nothing is held' : 'the held set has changed since it was shown';
  return new ApiRefusal(409, nothing ? 'NothingHeld' : 'HeldSetChanged', detail, {
    remedy: 'Look at `current`, and decide again with its hash.',
    recorded,
    extra: { current },
  });
}
