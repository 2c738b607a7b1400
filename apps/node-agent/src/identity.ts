// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { release } from 'node:os';

/** Version of the agent, as packaged. */
export const AGENT_VERSION = '0.1.0';

/** What tells this machine and this boot from others. */
export interface Identity {
  readonly machineId: string;
  readonly bootId: string;
  /** Release of the running kernel. */
  readonly kernel: string;
}

async function firstLine(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim();
}

export async function readIdentity(): Promise<Identity> {
  const [machineId, bootId] = await Promise.all([
    firstLine('/etc/machine-id'),
    firstLine('/proc/sys/kernel/random/boot_id'),
  ]);
  return { machineId, bootId, kernel: release() };
}
