// SPDX-License-Identifier: Apache-2.0
import type { Topology } from '@drvs/contracts';
import type { Entry } from '../entry.js';
import type { ParseOptions, Parsed } from './types.js';

/**
 * Turns directory entries into the desired topology. Pure and total: whatever the entries hold, each gives a valid object
 * or a problem, and one bad entry stops only itself.
 *
 * @param entries what the directory holds, in any order
 * @param previous what was in force before: source of last valid versions and of who held a number first
 */
export function parse(_entries: Iterable<Entry>, _previous: Topology | undefined, _options: ParseOptions): Parsed {
  throw new Error('parse: not built yet');
}
