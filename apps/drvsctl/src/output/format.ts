// SPDX-License-Identifier: Apache-2.0
// One value, written as a table for people or as data for programs.
import { stringify } from 'yaml';

export const FORMATS = ['table', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** Data of a single answer; ends with a newline. */
export function asData(value: unknown, format: Exclude<Format, 'table'>): string {
  return format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : stringify(value);
}

/** Data of one answer among many that follow: one line of JSON, or one YAML document. */
export function asItem(value: unknown, format: Exclude<Format, 'table'>): string {
  return format === 'json' ? `${JSON.stringify(value)}\n` : `---\n${stringify(value)}`;
}
