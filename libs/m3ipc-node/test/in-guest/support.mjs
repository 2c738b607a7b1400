// SPDX-License-Identifier: Apache-2.0
// What the checks share: one kernel, a VM for each file of checks, and waiting for conditions.
import { Endpoint, isM3Error, openKernel } from '../../dist/index.js';

export const kernel = openKernel();

/** For assert.rejects and assert.throws: an M3Error of that code, and of that call if one is named. */
export const refused = (code, call) => (error) => isM3Error(error, code) && (call === undefined || error.call === call);

/** For assert.rejects: what an aborted AbortSignal rejects with. */
export const aborted = (error) => error.name === 'AbortError';

/** Half a minute: an emulated guest on a busy host may not be scheduled for seconds. */
export async function eventually(find) {
  for (let tries = 0; tries < 3000; tries++) {
    const found = await find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never: ${find}`);
}

/** Waits until process `nr` of the VM is blocked in `activity`, which needs no guess about time. */
export function blocked(vmId, nr, activity) {
  return eventually(() => kernel.process(vmId, nr).activity === activity);
}

/** Runs `use` with endpoints of these numbers, and closes them whatever happens. */
export async function withEndpoints(vmId, numbers, use) {
  const endpoints = await Promise.all(numbers.map((nr) => Endpoint.bind(vmId, nr)));
  try {
    return await use(...endpoints);
  } finally {
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  }
}

/** Threads of this process, by the kernel's count. */
export async function threads() {
  const { readdir } = await import('node:fs/promises');
  return (await readdir('/proc/self/task')).length;
}
