// SPDX-License-Identifier: Apache-2.0
import { checked, checkedNumber } from './error.js';
import { loadAddon, type NativeAddon, type NativeEvents } from './native.js';
import {
  ABIS,
  EVENT_TYPES,
  LEVELS,
  NODEID_SOURCES,
  POLICIES,
  UNBIND_CAUSES,
  type Activity,
  type DrvsInfo,
  type DrvsParams,
  type Level,
  type M3Event,
  type NativeEvent,
  type NativeProcessInfo,
  type NodeInfo,
  type ProcessInfo,
  type SlotReservation,
  type VersionInfo,
  type VmInfo,
  type VmParams,
} from './types.js';

const RTS_SENDING = 1 << 2;
const RTS_RECEIVING = 1 << 3;
const RTS_ONCOPY = 1 << 10;
const RTS_WAITUNBIND = 1 << 17;
const RTS_WAITBIND = 1 << 18;

function activityOf(flags: number): Activity {
  if (flags & RTS_ONCOPY) return 'copying';
  if (flags & RTS_SENDING && flags & RTS_RECEIVING) return 'sendrec';
  if (flags & RTS_SENDING) return 'sending';
  if (flags & RTS_RECEIVING) return 'receiving';
  return flags & (RTS_WAITBIND | RTS_WAITUNBIND) ? 'waiting' : 'running';
}

function levelOf(number: number): Level {
  return LEVELS[number] ?? 'user';
}

function processOf({ rtsFlags, level, ...rest }: NativeProcessInfo): ProcessInfo {
  return { ...rest, activity: activityOf(rtsFlags), level: levelOf(level) };
}

function eventOf(event: NativeEvent): M3Event {
  return {
    ...event,
    type: EVENT_TYPES[event.type] ?? 'unknown',
    cause: UNBIND_CAUSES[event.cause] ?? 'none',
  };
}

function uuidText(bytes: Buffer): string | undefined {
  const hex = bytes.toString('hex');
  return /^0+$/.test(hex) ? undefined : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function uuidBytes(uuid: string | undefined): Buffer | undefined {
  return uuid === undefined ? undefined : Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

/** A watch on the kernel's events; `close` ends it. */
export interface EventWatch {
  close(): void;
}

/**
 * The module's management and information calls. All are quick, none blocks. Each throws M3Error; with code
 * `ModuleMissing` while the module is not loaded, so one object serves before and after.
 */
export class Kernel {
  constructor(private readonly native: NativeAddon) {}

  version(): VersionInfo {
    return checked('version', this.native.version());
  }

  drvs(): DrvsInfo {
    const drvs = checked('drvs', this.native.drvs());
    return { ...drvs, source: NODEID_SOURCES[drvs.source] ?? 'none', uuid: uuidText(drvs.uuid) };
  }

  /** VMs on this node that the caller may see, ascending by vmid. */
  vms(): VmInfo[] {
    return checked('vms', this.native.vms()).map((vm) => ({
      ...vm,
      level: levelOf(vm.level),
      abi: ABIS[vm.abi] ?? 'native',
      policy: POLICIES[vm.policy] ?? 'consent',
    }));
  }

  /** Slots of a VM that are bound or reserved, ascending by number. */
  processes(vm: Pick<VmInfo, 'vmId' | 'tasks'>): ProcessInfo[] {
    return checked('processes', this.native.processes(vm.vmId, -vm.tasks)).map(processOf);
  }

  /** What a slot's reservation demands, undefined when it is not reserved. */
  slot(vmId: number, nr: number): SlotReservation | undefined {
    const { reserved, level, ...rest } = checked('slot', this.native.slot(vmId, nr));
    if (!reserved) return undefined;
    return { vmId, nr, ...rest, ...(level !== undefined && { level: levelOf(level) }) };
  }

  /** This node and those that some VM here spans, ascending. */
  nodes(): NodeInfo[] {
    return checked('nodes', this.native.nodes());
  }

  /** Joins the DRVS. Returns the nodeid in effect. */
  drvsInit(params: DrvsParams): number {
    const source = NODEID_SOURCES.indexOf(params.source ?? 'program');
    return checkedNumber('drvsInit', this.native.drvsInit({ ...params, source, uuid: uuidBytes(params.uuid) }));
  }

  /** Ends every VM, then the DRVS. */
  drvsEnd(): void {
    checkedNumber('drvsEnd', this.native.drvsEnd());
  }

  /** Makes a VM. Returns the local nodeid. */
  vmInit(params: VmParams & { readonly name: string }): number {
    return checkedNumber('vmInit', this.native.vmInit(vmNumbers(params)));
  }

  /** Changes a VM without touching bound processes. */
  vmSet(params: VmParams): void {
    checkedNumber('vmSet', this.native.vmSet(vmNumbers(params)));
  }

  /** Ends a VM: SIGPIPE to every process bound in it, and all are unbound at once. */
  vmEnd(vmId: number): void {
    checkedNumber('vmEnd', this.native.vmEnd(vmId));
  }

  slotSet(slot: SlotReservation): void {
    const level = slot.level === undefined ? undefined : LEVELS.indexOf(slot.level);
    checkedNumber('slotSet', this.native.slotSet({ ...slot, level }));
  }

  slotClear(vmId: number, nr: number): void {
    checkedNumber('slotClear', this.native.slotClear(vmId, nr));
  }

  /** Unbinds another's process; its blocked call returns ENOTBIND. */
  unbind(vmId: number, endpoint: number): void {
    checkedNumber('unbind', this.native.unbind(vmId, endpoint));
  }

  /** Hands batches of events to `listener` until closed. Does not keep the program alive. */
  watch(listener: (events: M3Event[]) => void): EventWatch {
    const events: NativeEvents = new this.native.Events();
    checkedNumber(
      'watch',
      events.open((batch) => listener(batch.map(eventOf))),
    );
    return events;
  }
}

function vmNumbers(params: VmParams): object {
  return {
    ...params,
    level: params.level === undefined ? undefined : LEVELS.indexOf(params.level),
    abi: params.abi === undefined ? undefined : ABIS.indexOf(params.abi),
    policy: params.policy === undefined ? undefined : POLICIES.indexOf(params.policy),
  };
}

/** @throws AddonMissingError when the native part is not there */
export function openKernel(): Kernel {
  return new Kernel(loadAddon());
}
