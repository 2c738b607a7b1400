// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError } from 'commander';

/** How many rows of a list, for commander. */
export function parseMost(text: string): number {
  const most = Number(text);
  if (Number.isInteger(most) && most >= 1 && most <= 1000) return most;
  throw new InvalidArgumentError('It takes a whole number from 1 to 1000.');
}
