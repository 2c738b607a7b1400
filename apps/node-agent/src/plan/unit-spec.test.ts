// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { unitProperties } from '../apply/systemd-bus.js';
import { processDocument, vmDocument } from './fixtures.js';
import { parseFingerprint, parseUnitName, unitName, unitSpec } from './unit-spec.js';

const vm = vmDocument(100);
const spec = (more: Parameters<typeof processDocument>[1] = {}) => {
  const process = processDocument(3, more);
  return unitSpec(vm, process, process.exec ?? [], 'drvs');
};

describe('unit names', () => {
  test.each([
    [100, 3, 'drvs-100-p3.service'],
    [0, 0, 'drvs-0-p0.service'],
    [65_535, -250, 'drvs-65535-t250.service'],
  ])('vmid %i, number %i: %s, and back', (vmId, nr, name) => {
    expect(unitName(vmId, nr)).toBe(name);
    expect(parseUnitName(name)).toEqual({ vmId, nr });
  });

  test.each([
    'drvs-node-agent.service',
    'drvs-1-p2.timer',
    'drvs-01-p2.service',
    'drvs-1-p02.service',
    'drvs-1-t0.service',
    'x-1-p2.service',
  ])('%s is not ours', (name) => {
    expect(parseUnitName(name)).toBeUndefined();
  });
});

describe('the unit of a launched process', () => {
  test('binds before it becomes the command; nothing of it is expanded', () => {
    const unit = spec({ exec: ['/usr/bin/app', '--x', '$HOME %n', ''] });
    expect(unit.command).toEqual([
      '/usr/bin/m3ipc',
      'exec',
      '--vm',
      '100',
      '--nr',
      '3',
      '--',
      '/usr/bin/app',
      '--x',
      '$HOME %n',
      '',
    ]);
    const exec = unitProperties(unit).find(([name]) => name === 'ExecStart')?.[1];
    const escaped = [...unit.command.slice(0, 9), '$$HOME %n', ''];
    expect(exec?.value).toEqual([['/usr/bin/m3ipc', escaped, false]]);
  });

  test('carries its fingerprint in the description, with the names beside', () => {
    const unit = spec();
    expect(unit.description).toMatch(/^vm100\/p3 \[spec [0-9a-f]{16}\]$/);
    expect(parseFingerprint(unit.description)).toBe(unit.fingerprint);
    expect(parseFingerprint('some other unit')).toBeNull();
  });

  test.each([
    ['command', { exec: ['/usr/bin/m3ipc', 'ping'] }],
    ['environment', { environment: ['A=1'] }],
    ['credentials', { credentials: ['key:/etc/drvs/credentials/key'] }],
    ['working directory', { workingDirectory: '/srv' }],
    ['restart policy', { restart: 'always' as const }],
  ])('another %s is another fingerprint', (_, more) => {
    expect(spec(more).fingerprint).not.toBe(spec().fingerprint);
  });

  test('another name or start order is not', () => {
    const after = [{ name: 'x', nr: 9, nodeId: 1 }];
    expect(spec({ name: 'renamed', after }).fingerprint).toBe(spec().fingerprint);
  });

  test('one that may end is remembered by systemd, one that is to live is collected', () => {
    const property = (restart: 'no' | 'on-failure' | 'always', name: string): unknown =>
      unitProperties(spec({ restart })).find(([one]) => one === name)?.[1].value;
    expect([property('no', 'CollectMode'), property('no', 'RemainAfterExit')]).toEqual(['inactive', true]);
    expect([property('on-failure', 'CollectMode'), property('on-failure', 'RemainAfterExit')]).toEqual([
      'inactive-or-failed',
      true,
    ]);
    expect(property('always', 'RemainAfterExit')).toBe(false);
  });

  test('the end of its VM reaches it by SIGPIPE and does not count as its own', () => {
    expect(unitProperties(spec()).find(([name]) => name === 'IgnoreSIGPIPE')?.[1].value).toBe(false);
    const names = (restart: 'no' | 'on-failure' | 'always'): string[] =>
      unitProperties(spec({ restart })).map(([name]) => name);
    expect(names('on-failure')).toContain('RestartForceExitStatus');
    expect(names('no')).not.toContain('RestartForceExitStatus');
  });

  test('credentials are files, not values', () => {
    const unit = spec({ credentials: ['key:/etc/drvs/credentials/a:b'] });
    const value: unknown = unitProperties(unit).find(([name]) => name === 'LoadCredential')?.[1].value;
    expect(value).toEqual([['key', '/etc/drvs/credentials/a:b']]);
  });
});
