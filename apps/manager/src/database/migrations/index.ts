// SPDX-License-Identifier: Apache-2.0
import { Initial1763900000000 } from './1763900000000-initial.js';
import { ChangeJournal1763950000000 } from './1763950000000-change-journal.js';
import { EntryHistory1763960000000 } from './1763960000000-entry-history.js';
import { Operations1764040000000 } from './1764040000000-operations.js';
import { AuditOutcomes1764050000000 } from './1764050000000-audit-outcomes.js';
import { ChangeSafety1764060000000 } from './1764060000000-change-safety.js';
import { WriteKeys1764070000000 } from './1764070000000-write-keys.js';

/** Every migration, oldest first. */
export const MIGRATIONS = [
  Initial1763900000000,
  ChangeJournal1763950000000,
  EntryHistory1763960000000,
  Operations1764040000000,
  AuditOutcomes1764050000000,
  ChangeSafety1764060000000,
  WriteKeys1764070000000,
];
