// SPDX-License-Identifier: Apache-2.0
// Automatic nodeids (drvsNodeIdAuto): chosen by the one replica that follows, so that no two nodes are given the same.
import { DirectoryError } from '@drvs/directory';
import type { LdapDirectory, Modification } from '@drvs/directory';
import type { DirectoryPort } from './directory.port.js';
import type { Leadership } from './leader.store.js';
import type { Leading } from './leading.js';
import { claimedNumbers, freeNumber, waitingNodes } from './node-numbers.rules.js';
import type { WaitingNode } from './node-numbers.rules.js';
import { readRecentNumbers } from './recent-numbers.store.js';

/** The server refuses the number: somebody else has just taken it. */
const TAKEN: readonly string[] = ['ConstraintViolation', 'AttributeOrValueExists'];

export class NodeNumbers {
  /** Chosen in this term, by entryUUID. */
  private readonly given = new Map<string, number>();

  constructor(
    private readonly leadership: Leadership,
    private readonly leading: Leading,
    private readonly directory: DirectoryPort,
  ) {}

  /** Gives a number to every node that waits for one. Rejects with what the directory said when it refuses the write. */
  async assign(): Promise<void> {
    const { problems, topology } = this.leading.present;
    const waiting = waitingNodes(problems.values(), (uuid) => this.leading.entryOf(uuid), this.given);
    if (waiting.length === 0) return;
    const claimed = claimedNumbers(this.leading.everyEntry());
    for (const number of [...this.given.values(), ...topology.nodes.map(({ nodeId }) => nodeId)]) claimed.add(number);
    const recent = await this.recent();
    const most = topology.system?.maxNodes ?? 0;
    const directory = this.directory.open();
    try {
      for (const node of waiting) await this.give(node, { claimed, recent, most }, directory);
    } finally {
      await directory.close();
    }
  }

  private async recent(): Promise<Set<number>> {
    const { system } = this.leadership;
    return this.leadership.transaction((manager) => readRecentNumbers(manager, system, 'node'));
  }

  private async give(node: WaitingNode, numbers: Numbers, directory: LdapDirectory): Promise<void> {
    for (;;) {
      const number = freeNumber(numbers.claimed, numbers.recent, numbers.most);
      if (number === undefined) return;
      numbers.claimed.add(number);
      try {
        await directory.modify(node.dn, changesFor(node, number));
        this.given.set(node.uuid, number);
        return;
      } catch (error) {
        if (!(error instanceof DirectoryError)) throw error;
        if (error.code === 'NoSuchObject') return;
        if (!TAKEN.includes(error.code)) throw error;
      }
    }
  }
}

interface Numbers {
  readonly claimed: Set<number>;
  readonly recent: ReadonlySet<number>;
  readonly most: number;
}

/** Only adds, and takes away only the value that is known to be wrong: what a person writes meanwhile is never lost. */
function changesFor({ wrong }: WaitingNode, number: number): Modification[] {
  const attribute = 'drvsNodeId';
  const away: Modification[] = wrong === undefined ? [] : [{ op: 'delete', attribute, values: [wrong] }];
  return [...away, { op: 'add', attribute, values: [String(number)] }];
}
