// SPDX-License-Identifier: Apache-2.0
// Which document is in force, and how far it may go. Exactly one source acts:
// - while a manager session lives, its documents, in full;
// - within the grace time after a session ended, its last document, in full;
// - otherwise the agent's own reading of LDAP, else the last good document: adding only.
import type { Epoch, NodeDocument, PlacedDocument } from '@drvs/contracts';
import type { Bounds } from '../plan/bounds.js';
import type { Desired } from '../plan/plan.js';
import type { LastGood } from './last-good.js';

/** How long the word of a manager that has gone still ends things, in milliseconds. */
export const GRACE_MS = 30_000;

export type Acting = 'manager' | 'directory' | 'last-good';

export interface Placed {
  readonly document: NodeDocument;
  readonly digest: string;
  readonly epoch: Epoch | null;
  readonly revision: string | null;
}

/** What is desired now, and by whose word. */
export interface InForce extends Desired {
  readonly acting: Acting;
  readonly placed: Placed;
}

/** What came of offering a manager's document. */
export type Offer =
  { readonly accepted: true } | { readonly accepted: false; readonly code: string; readonly message: string };

/** True when `a` is older than `b` in the life of the same system. */
function isOlder(a: { epoch: Epoch; revision: string }, b: { epoch: Epoch; revision: string }): boolean {
  if (a.epoch.counter !== b.epoch.counter) return a.epoch.counter < b.epoch.counter;
  return a.epoch.uuid === b.epoch.uuid && BigInt(a.revision) < BigInt(b.revision);
}

export class DesiredState {
  private manager: PlacedDocument | undefined;
  private lastGood: Placed | undefined;
  private reading: Placed | undefined;
  /** undefined: no session; else whether its document has come. */
  private session: { spoken: boolean } | undefined;
  /** When the last session that had spoken ended. */
  private lostAt: number | undefined;

  constructor(private readonly bounds: Bounds) {}

  /** The last good document found at start. */
  remember(document: LastGood): void {
    this.lastGood = document;
    if (document.source === 'manager' && document.epoch && document.revision !== null) {
      this.manager = { ...document, epoch: document.epoch, revision: document.revision };
    }
  }

  sessionBegan(): void {
    this.session = { spoken: false };
  }

  sessionEnded(now: number): void {
    if (this.session?.spoken) this.lostAt = now;
    this.session = undefined;
  }

  /** A document the live session has sent. Refused when it is from before one we already follow. */
  offer(placed: PlacedDocument): Offer {
    if (this.manager && isOlder(placed, this.manager)) {
      const { epoch, revision } = this.manager;
      return {
        accepted: false,
        code: 'StaleDocument',
        message: `revision ${placed.revision} of epoch ${placed.epoch.counter} is older than ${revision} of epoch ${epoch.counter}`,
      };
    }
    this.manager = placed;
    if (this.session) this.session.spoken = true;
    return { accepted: true };
  }

  /** Our own reading of LDAP. */
  read(document: NodeDocument, digest: string): void {
    this.reading = { document, digest, epoch: null, revision: null };
  }

  /** Place of the newest manager document we follow, for hello. */
  get managerDocument(): PlacedDocument | undefined {
    return this.manager;
  }

  /** The newest document of any source: where managers are is taken from it. */
  get newest(): Placed | undefined {
    return this.session ? (this.manager ?? this.reading) : (this.reading ?? this.manager ?? this.lastGood);
  }

  /** True while nobody but ourselves can say what is desired: no session, or the grace time is over. */
  isAlone(now: number): boolean {
    return !this.hasManager(now);
  }

  /** What is desired at `now`; undefined until anything is known. */
  current(now: number): InForce | undefined {
    const { bounds, manager, reading, lastGood } = this;
    if (manager && this.hasManager(now)) {
      return { document: manager.document, mode: 'full', bounds, acting: 'manager', placed: manager };
    }
    const placed = reading ?? manager ?? lastGood;
    if (!placed) return undefined;
    return { document: placed.document, mode: 'additive', bounds, acting: reading ? 'directory' : 'last-good', placed };
  }

  private hasManager(now: number): boolean {
    if (this.session?.spoken) return true;
    return this.lostAt !== undefined && now - this.lostAt < GRACE_MS;
  }
}
