// SPDX-License-Identifier: Apache-2.0
// What a change set would do, on any replica: from what Postgres says of the directory.
import { Inject, Injectable } from '@nestjs/common';
import type { ChangeSet, PlanView } from '@drvs/contracts';
import { foresee } from '@drvs/directory';
import { assertRevision } from '../api/write-asker.js';
import type { WriteAsker } from '../api/write-asker.js';
import { Clock } from '../common/clock.js';
import { SETTINGS } from '../config/settings.js';
import type { Settings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { BoundStore } from '../follower/bound.store.js';
import { MemoryStore } from '../follower/memory.store.js';
import { TopologyService } from '../topology/topology.service.js';
import { readRecentNumbers } from '../follower/recent-numbers.store.js';
import { readChangeSet } from './change-set.rules.js';
import { numberVms } from './number-vms.rules.js';
import { planView } from './plan-view.rules.js';

@Injectable()
export class ChangePlanner {
  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'systems'>,
    private readonly database: Database,
    private readonly topology: TopologyService,
    private readonly memories: MemoryStore,
    private readonly bound: BoundStore,
    private readonly clock: Clock,
  ) {}

  /** A write without writing. Throws a 412 as the write does. */
  async rehearse(system: string, changeSet: ChangeSet, asker: WriteAsker): Promise<PlanView> {
    const view = await this.plan(system, changeSet);
    assertRevision(view.revision, asker);
    return view;
  }

  /** What a change set would do now. */
  async plan(system: string, changeSet: ChangeSet): Promise<PlanView> {
    const { revision } = this.topology.getDesiredOrThrow(system);
    const { operations, lines, faults: unread } = readChangeSet(changeSet);
    const { memory, entries } = await this.memories.load(this.database.manager, system);
    const present = memory.topology;
    const recent = await readRecentNumbers(this.database.manager, system, 'vm');
    const numbered = numberVms(operations, entries, recent);
    const bound = await this.bound.find(this.database.manager, system, present);
    const { baseDn } = this.settings.systems.find(({ name }) => name === system) ?? { baseDn: '' };
    const now = this.clock.now();
    const outlook = foresee({ baseDn, entries, previous: present, operations: numbered.operations, now, bound });
    return planView({ revision, operations, lines, unread, present, outlook });
  }
}
