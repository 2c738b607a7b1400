// SPDX-License-Identifier: Apache-2.0
import { loadAddon, type NativeAddon } from './native.js';

/** The service manager's notification socket and watchdog (sd_notify(3)); does nothing where there is none. */
export interface ServiceManager {
  /** One or more `KEY=value` lines, e.g. `READY=1`. Failures are ignored: the manager notices silence by itself. */
  notify(state: string): void;
  /** Milliseconds within which `WATCHDOG=1` is expected, undefined when it is not. */
  readonly watchdogMs: number | undefined;
}

/** Reads NOTIFY_SOCKET and WATCHDOG_USEC from `env`. */
export function openServiceManager(
  env: NodeJS.ProcessEnv = process.env,
  native: Pick<NativeAddon, 'notifyServiceManager'> = loadAddon(),
): ServiceManager {
  const socket = env['NOTIFY_SOCKET'];
  const watchdog = Number(env['WATCHDOG_USEC']);
  const ours = env['WATCHDOG_PID'] === undefined || Number(env['WATCHDOG_PID']) === process.pid;
  return {
    watchdogMs: ours && watchdog > 0 ? watchdog / 1000 : undefined,
    notify(state) {
      if (socket) native.notifyServiceManager(socket, state);
    },
  };
}
