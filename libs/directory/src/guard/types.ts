// SPDX-License-Identifier: Apache-2.0
// The guard: no single mistake empties the cluster. Types shared by the judging and by whoever stores the held set.
import type { DesiredNode, DesiredProcess, DesiredSystem, DesiredVm, GuardLimits, Topology } from '@drvs/contracts';
import type { StoredEntry } from '../entry.js';

export const EFFECT_KINDS = ['process', 'placement', 'node'] as const;
export type EffectKind = (typeof EFFECT_KINDS)[number];

/**
 * One thing that a change ends or takes away. Keys: process `<vmId>/<nr>`, placement `<vmId>@<nodeId>`, node `<nodeId>`.
 */
export interface Effect {
  readonly kind: EffectKind;
  readonly key: string;
  /** For people: `orders/server on node1`, `orders on node2`, `node2`. */
  readonly label: string;
  /** Since when the thing existed (ms since 1970). */
  readonly since: number;
}

/** An effect that was let through: a row of history, needed for one window. */
export interface PastEffect extends Effect {
  /** When it was let through (ms since 1970). */
  readonly at: number;
}

export type HeldKind = 'system' | 'node' | 'vm' | 'process';

/** A change of one object that waits for a person. Plain JSON: stored as it is in `held_change`. */
export interface HeldChange {
  readonly kind: HeldKind;
  /** entryUUID of the entry whose change is held. */
  readonly uuid: string;
  /** Normalised DN as last in force. */
  readonly dn: string;
  readonly name: string;
  /** `delete`: the entry is gone. `modify`: it is there and says something else, or something it refers to is gone. */
  readonly change: 'delete' | 'modify';
  /** Last value in force; a VM's with the processes it then had. */
  readonly before: DesiredSystem | DesiredNode | DesiredVm | DesiredProcess;
  /** entryUUID of the VM, for a process. */
  readonly vmUuid?: string;
  /** What letting it through would end. */
  readonly effects: readonly Effect[];
  /** The entry and its ancestors as they last were, parents first: what refuse writes back. */
  readonly entries: readonly StoredEntry[];
  /** When it was first held (ms since 1970). */
  readonly heldAt: number;
}

export interface GuardInput {
  /** ms since 1970. */
  readonly now: number;
  readonly limits: GuardLimits;
  /** What is in force: the result of the last judgement, held objects included. */
  readonly previous: Topology;
  /** What the directory says now, as `parse` gave it. */
  readonly next: Topology;
  /**
   * Processes known to be bound, by effect key `<vmId>/<nr>`, with since when. Last known state counts; so does a process
   * of a node that has not reported yet (it may run).
   */
  readonly bound: ReadonlyMap<string, number>;
  /** First seen (ms since 1970) by effect key of placements and nodes; absent: since ever. */
  readonly since: ReadonlyMap<string, number>;
  /** Effects let through within the window (older ones are ignored). */
  readonly recent: readonly PastEffect[];
  /** The held set so far. */
  readonly held: readonly HeldChange[];
  /** The entry with this UUID and its ancestors as they were before this batch, parents first; empty when unknown. */
  readonly entriesOf: (uuid: string) => readonly StoredEntry[];
  /** Whether the entry is still in the directory; without it, an object that `next` lacks counts as deleted. */
  readonly exists?: (uuid: string) => boolean;
  /** entryUUIDs whose change was planned and confirmed through API or CLI, or whose hold is being released: never held. */
  readonly released?: ReadonlySet<string>;
}

/** An entry that came back under another entryUUID. */
export interface Adoption {
  readonly kind: HeldKind;
  readonly dn: string;
  readonly oldUuid: string;
  readonly newUuid: string;
}

export interface Verdict {
  /** What may be in force now: `next`, with held objects as they were. */
  readonly effective: Topology;
  /** The whole held set after this judgement, sorted by DN. Replace the stored one with it. */
  readonly held: readonly HeldChange[];
  /** SHA-256 of the held set, undefined when nothing is held. A confirm or refuse must carry it. */
  readonly hash: string | undefined;
  /** Why something is newly held, one sentence per limit passed. */
  readonly reasons: readonly string[];
  /** Effects let through now: append to history with `at = now`. */
  readonly applied: readonly PastEffect[];
  /** Rows that take a new entryUUID: a new entry of the kind and DN of a held one is its return. */
  readonly adopted: readonly Adoption[];
  /** Held objects that gave way to a live entry claiming their number. */
  readonly displaced: readonly {
    readonly dn: string;
    readonly by: string;
    readonly attribute: string;
    readonly id: number;
  }[];
}
