// SPDX-License-Identifier: Apache-2.0
// deploy/monitoring by Prometheus' own tool: rules and configuration are valid, and each alert fires once and clears.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { run } from '../support/command.js';
import { MONITORING } from '../support/monitoring.js';

jest.setTimeout(120_000);

const text = (name: string): string => readFileSync(join(MONITORING, name), 'utf8');
const alerts = [...text('alerts.yml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '');

/** The tests of one alert. */
function testsOf(alert: string): string {
  const blocks = text('alerts.test.yml').split(/^ {2}- name: /m);
  return blocks.filter((block) => block.startsWith(`${alert}\n`)).join('');
}

describe('alerts', () => {
  test('there are some, each with a name of its own', () => {
    expect(alerts.length).toBeGreaterThan(20);
    expect(new Set(alerts).size).toBe(alerts.length);
  });

  test.each(alerts)('%s is tested before, while and after it fires', (alert) => {
    const evaluations = [...testsOf(alert).matchAll(/exp_alerts:(.*)/g)].map(([, rest]) => rest?.includes('[]'));
    expect(evaluations).toEqual([true, false, true]);
  });

  test('each fires once and clears', async () => {
    expect(await run('promtool', ['test', 'rules', join(MONITORING, 'alerts.test.yml')])).toContain('SUCCESS');
  });

  test('a rule that never fires would be noticed', async () => {
    const broken = text('alerts.yml').replace('drvs_manager_database_up == 0', 'drvs_manager_database_up == 2');
    const folder = mkdtempSync('/tmp/drvs-alerts-');
    try {
      writeFileSync(join(folder, 'alerts.yml'), broken);
      writeFileSync(join(folder, 'alerts.test.yml'), text('alerts.test.yml'));
      await expect(run('promtool', ['test', 'rules', join(folder, 'alerts.test.yml')])).rejects.toThrow(
        'DrvsDatabaseDown',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('the example configuration of Prometheus is valid, rules included', async () => {
  const told = await run('promtool', ['check', 'config', '--syntax-only', join(MONITORING, 'prometheus.yml')]);
  expect(told).toContain('SUCCESS');
});
