// SPDX-License-Identifier: Apache-2.0
import type { UnitSpec } from '../plan/unit-spec.js';

/** A unit as systemd lists it. */
export interface ListedUnit {
  readonly name: string;
  readonly description: string;
  readonly activeState: string;
  readonly subState: string;
}

/** A unit that is being started. */
export interface StartedUnit {
  readonly finished: Promise<void>;
}

/** systemd, as far as the agent needs it. Every method rejects with an AgentError. */
export interface Systemd {
  /** Units whose name matches the pattern, those being collected excepted. */
  list(pattern: string): Promise<ListedUnit[]>;
  /** Begins to start a transient unit. `finished` settles when its program has been executed, or could not be. */
  start(unit: UnitSpec): Promise<StartedUnit>;
  /** Begins to stop a unit. Resolves when the job is accepted, not when the unit is gone. */
  stop(name: string): Promise<void>;
  /** Starts an installed unit; resolves when it has done so. */
  startExisting(name: string): Promise<void>;
  /** `listener` is called when a unit appears, changes or disappears. */
  onChange(listener: () => void): void;
  close(): void;
}
