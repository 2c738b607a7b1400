// SPDX-License-Identifier: Apache-2.0
// Numbers on their way to the kernel, whose fields have 32 bits: one that does not fit would silently name another.

const LEAST = -(2 ** 31);
const MOST = 2 ** 32 - 1;

/** @throws RangeError naming the call, the parameter and the rule */
export function checkNumber(call: string, name: string, value: unknown): void {
  if (typeof value !== 'number' || (Number.isInteger(value) && value >= LEAST && value <= MOST)) return;
  throw new RangeError(`${call}: ${name} is ${value}; it must be a whole number of 32 bits`);
}

/** Checks every number of an object, by its key. */
export function checkNumbers<T extends object>(call: string, values: T): T {
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) value.forEach((one) => checkNumber(call, name, one));
    else checkNumber(call, name, value);
  }
  return values;
}
