// SPDX-License-Identifier: Apache-2.0
// What deploy/monitoring asks for, beside what a program really shows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.js';
import { REPOSITORY } from './repository.js';

export const MONITORING = join(REPOSITORY, 'deploy', 'monitoring');

/** Names that begin so in the dashboard and the alerts; of a histogram its own, not those of its series. */
export function namesInUse(prefix: string): string[] {
  const text = ['dashboard.json', 'alerts.yml'].map((file) => readFileSync(join(MONITORING, file), 'utf8')).join('\n');
  const names = text.match(new RegExp(`\\b${prefix}[a-z0-9_]+`, 'g')) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')))].sort();
}

/** Names of the metrics in Prometheus' text format that begin so. */
export function namesShown(text: string, prefix: string): string[] {
  const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name ?? '');
  return names.filter((name) => name.startsWith(prefix)).sort();
}

/** What promtool thinks of the names, help texts and types of metrics that begin so; rejects when it objects. */
export async function checkNaming(text: string, prefix: string): Promise<void> {
  const own = text.split('\n').filter((line) => new RegExp(`^(# [A-Z]+ )?${prefix}`).test(line));
  await run('promtool', ['check', 'metrics'], { input: `${own.join('\n')}\n` });
}
