// SPDX-License-Identifier: Apache-2.0
// The kernel's events in the words of the link.
import { MAX_VMID, type NodeEvent } from '@drvs/contracts';
import type { M3Event } from '@drvs/m3ipc-node';
import type { ActualUnit } from '../actual/actual.js';
import { instant } from '../clock.js';

const KINDS: Readonly<Partial<Record<M3Event['type'], NodeEvent['kind']>>> = {
  bind: 'bind',
  unbind: 'unbind',
  'vm-up': 'vm-up',
  'vm-down': 'vm-down',
  'link-up': 'link-up',
  'link-down': 'link-down',
  lost: 'lost',
};

function causeOf({ type, cause, code }: M3Event): string | undefined {
  if (type !== 'unbind') return undefined;
  return cause === 'exit' || cause === 'signal' ? `${cause}:${code}` : cause;
}

/** The link's event, undefined for kinds that only make the agent look again. */
export function nodeEvent(event: M3Event): NodeEvent | undefined {
  const kind = KINDS[event.type];
  if (!kind) return undefined;
  const at = instant(event.timeMs);
  const vm = event.vmId >= 0 && event.vmId <= MAX_VMID ? { vmId: event.vmId } : {};
  const cause = causeOf(event);
  if (kind === 'lost') return { kind, at, message: `${event.lost} events of the kernel were lost` };
  if (kind !== 'bind' && kind !== 'unbind') return { kind, at, ...vm };
  const { nr, endpoint, pid } = event;
  return { kind, at, ...vm, nr, endpoint, pid, ...(cause && { cause }) };
}

/** Events for the units that have failed since the turn before. */
export function failedUnits(before: readonly ActualUnit[], now: readonly ActualUnit[], at: number): NodeEvent[] {
  const known = new Set(before.filter(({ state }) => state === 'failed').map(({ name }) => name));
  return now
    .filter(({ state, name }) => state === 'failed' && !known.has(name))
    .map(({ name, vmId, nr }) => ({
      kind: 'unit-failed',
      at: instant(at),
      vmId,
      nr,
      message: `${name} failed; see: journalctl -u ${name}`,
    }));
}
