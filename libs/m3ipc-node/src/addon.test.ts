// SPDX-License-Identifier: Apache-2.0
// The real addon on a machine without the module: what it says then is part of its contract.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { Endpoint } from './endpoint.js';
import { M3Error } from './error.js';
import { openKernel } from './kernel.js';
import { AddonMissingError, loadAddon } from './native.js';
import { openServiceManager } from './service-manager.js';

const withoutModule = existsSync('/dev/m3ipc') ? test.skip : test;

function failure(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('the call succeeded');
}

describe('the addon', () => {
  withoutModule('says ModuleMissing in every call', async () => {
    const kernel = openKernel();
    const calls = [
      () => kernel.version(),
      () => kernel.drvs(),
      () => kernel.vms(),
      () => kernel.nodes(),
      () => kernel.drvsInit({ nodeId: 1 }),
      () => kernel.vmInit({ vmId: 1, name: 'x' }),
      () => kernel.watch(() => undefined),
    ];
    for (const call of calls) {
      const error = failure(call);
      expect(error).toBeInstanceOf(M3Error);
      expect((error as M3Error).code).toBe('ModuleMissing');
    }
    await expect(Endpoint.bind(1, 2)).rejects.toMatchObject({ code: 'ModuleMissing', call: 'bind' });
  });

  test('a hundred thousand calls leave nothing in memory', () => {
    const program = fileURLToPath(new URL('../test/many-calls.mjs', import.meta.url));
    const bytesPerCall = Number(execFileSync(process.execPath, ['--expose-gc', program], { encoding: 'utf8' }));
    expect(bytesPerCall).toBeLessThan(4); // anything that a call left behind would have 16 at least
  }, 120_000);

  test('a missing addon names the places and the remedy', () => {
    const error = failure(() => loadAddon('/nowhere/m3ipc_node.node'));
    expect(error).toBeInstanceOf(AddonMissingError);
    expect((error as Error).message).toMatch(/\/nowhere\/m3ipc_node\.node.*make -C libs\/m3ipc-node/s);
  });

  test('the watchdog is ours only when systemd names our pid', () => {
    const env = { WATCHDOG_USEC: '20000000' };
    expect(openServiceManager(env).watchdogMs).toBe(20_000);
    expect(openServiceManager({ ...env, WATCHDOG_PID: '1' }).watchdogMs).toBeUndefined();
    expect(openServiceManager({}).watchdogMs).toBeUndefined();
  });
});
