// SPDX-License-Identifier: Apache-2.0
// The audit of the manager's word by the agent's own reading of LDAP.
import type { NodeDocument } from '@drvs/contracts';
import { compareDocuments } from '@drvs/directory';

/** How many differing fields a condition names. */
const NAMED = 5;

export class Audit {
  private doubts = 0;

  /** True after a reading that differed: the next one comes soon. */
  get doubtful(): boolean {
    return this.doubts > 0;
  }

  /**
   * Compares a reading with the manager's document. Returns the fields that differ, undefined while there is nothing to
   * report: a difference counts when two readings in a row show one, because changes do not reach both at once.
   */
  compare(manager: NodeDocument | undefined, reading: NodeDocument): readonly string[] | undefined {
    const paths = manager ? compareDocuments(manager, reading).map(({ path }) => path) : [];
    this.doubts = paths.length > 0 ? this.doubts + 1 : 0;
    return this.doubts > 1 ? paths.slice(0, NAMED) : undefined;
  }
}
