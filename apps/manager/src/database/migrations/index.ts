// SPDX-License-Identifier: Apache-2.0
import { Initial1763900000000 } from './1763900000000-initial.js';

/** Every migration, oldest first. */
export const MIGRATIONS = [Initial1763900000000];
