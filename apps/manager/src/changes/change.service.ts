// SPDX-License-Identifier: Apache-2.0
// The door for writes: hands a change set to whichever replica follows the directory.
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { ChangeRequest, ChangeView } from '@drvs/contracts';
import { keyReused, requestHash as hashOf } from '../api/write-asker.js';
import type { WriteAsker } from '../api/write-asker.js';
import { ApiRefusal } from '../common/api-error.js';
import { Clock } from '../common/clock.js';
import { DesiredService } from '../topology/desired.service.js';
import { TopologyService } from '../topology/topology.service.js';
import { hashPasswords, readChangeSet } from './change-set.rules.js';
import { ChangeStore } from './change.store.js';
import type { ChangeFailure, ChangeRefusal } from './change.store.js';

/** How long a request waits for its change set to be written and followed; then it is answered as it stands, 202. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 50;

export interface ChangeAsker extends WriteAsker {
  /** DN in whose name the directory is written; null: the token has none. */
  readonly actsAs: string | null;
}

@Injectable()
export class ChangeService {
  constructor(
    private readonly topology: TopologyService,
    private readonly desired: DesiredService,
    private readonly changes: ChangeStore,
    private readonly clock: Clock,
  ) {}

  /** Writes a change set. Answers when the follower has seen all of it, or as it stands after a while. */
  async write(system: string, request: ChangeRequest, asker: ChangeAsker): Promise<ChangeView> {
    this.topology.getDesiredOrThrow(system);
    const { actsAs } = asker;
    if (actsAs === null) throw noName(asker.actor);
    const { operations, lines, faults } = readChangeSet(request);
    const [fault] = faults;
    if (fault !== undefined) {
      throw new ApiRefusal(422, fault.code, `${where(fault.line)}${fault.message}`, {
        remedy: fault.remedy,
        extra: { faults },
      });
    }
    const requestHash = hashOf(request);
    const known = await this.changes.ask({
      system,
      ...asker,
      actsAs,
      requestHash,
      plan: request.plan ?? null,
      force: request.force ?? false,
      reason: request.reason ?? null,
      operations: hashPasswords(operations),
    });
    if (known.requestHash !== requestHash) throw keyReused(asker.idempotencyKey ?? '');
    return this.waitFor(system, known.id, lines);
  }

  /** A change set and what became of it. */
  async getOrThrow(system: string, id: string): Promise<ChangeView> {
    this.topology.getDesiredOrThrow(system);
    const found = /^[0-9a-f-]{36}$/i.test(id) ? await this.changes.find(system, id) : undefined;
    if (found !== undefined) return found.view;
    throw new ApiRefusal(404, 'ChangeNotFound', `there is no change set ${id}`, {
      remedy: 'The id is what POST /changes answered.',
    });
  }

  private async waitFor(system: string, id: string, lines: readonly (number | null)[]): Promise<ChangeView> {
    const deadline = this.clock.now() + PATIENCE_MS;
    for (;;) {
      const found = await this.changes.find(system, id);
      if (found === undefined) throw absent();
      const { view, outcome } = found;
      if (outcome?.kind === 'refused') {
        throw refused(outcome.refusal, lines);
      }
      if (outcome?.kind === 'failed') {
        throw failed(outcome, id);
      }
      if (outcome !== undefined) {
        await this.desired.refresh(system);
        return view;
      }
      if (this.clock.now() >= deadline) {
        if (await this.changes.withdraw(id)) throw absent();
        return view;
      }
      await sleep(LOOK_MS);
    }
  }
}

function where(line: number | null): string {
  return line === null ? '' : `line ${line}: `;
}

/** The refusal, with the line of each fault where LDIF was given. */
function refused(
  { status, code, message, remedy, plan }: ChangeRefusal,
  lines: readonly (number | null)[],
): ApiRefusal {
  if (plan === undefined) return new ApiRefusal(status, code, message, { remedy, recorded: true });
  const faults = plan.faults.map((fault) => ({ ...fault, line: lines[fault.index ?? -1] ?? null }));
  return new ApiRefusal(status, code, message, { remedy, recorded: true, extra: { current: { ...plan, faults } } });
}

function failed({ code, message }: ChangeFailure, id: string): ApiRefusal {
  const [status, remedy] =
    code === 'EntryChanged'
      ? [409, 'Look again, and send the change set again if it is still what you want.']
      : [502, 'Correct the cause and send the change set again.'];
  return new ApiRefusal(status, code, message, { remedy, recorded: true, extra: { change: id } });
}

function noName(actor: string): ApiRefusal {
  return new ApiRefusal(403, 'TokenHasNoDn', `${actor} has no DN in whose name to write the directory`, {
    remedy: "Make a token with 'main.js token create --dn DN' on the manager's host.",
  });
}

function absent(): ApiRefusal {
  return new ApiRefusal(503, 'FollowerAbsent', 'no manager follows the directory now, so nothing was written', {
    recorded: true,
    remedy: 'GET /readyz says what the manager waits for; send the change set again afterwards.',
  });
}
