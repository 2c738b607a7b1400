// SPDX-License-Identifier: Apache-2.0
import { Initial1763900000000 } from './1763900000000-initial.js';
import { ChangeJournal1763950000000 } from './1763950000000-change-journal.js';

/** Every migration, oldest first. */
export const MIGRATIONS = [Initial1763900000000, ChangeJournal1763950000000];
