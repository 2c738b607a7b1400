// SPDX-License-Identifier: Apache-2.0
import { CallThread, timeoutOf, type WaitOptions } from './calls.js';
import { GRANT_ACCESS, GRANT_ACCESSES, type GrantInfo } from './copy.js';
import { checked, checkedNumber } from './error.js';
import { EventStream } from './events.js';
import { loadAddon, type NativeAddon, type Operation } from './native.js';
import { checkNumber, checkNumbers } from './numbers.js';
import { LEVELS, levelOf, privilegeNumbers, privilegesOf, type Privileges } from './privileges.js';
import {
  ABIS,
  NODEID_SOURCES,
  POLICIES,
  type Activity,
  type Binding,
  type DrvsInfo,
  type DrvsParams,
  type M3Event,
  type NativeProcessInfo,
  type NativeVmInfo,
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
const MISC_WOKENUP = 1 << 9;
const MISC_ABANDONED = 1 << 16;

/** What a wait is for (enum m3ipc_wait_for). */
const WAIT_BIND = 1;
const WAIT_UNBIND = 2;

function activityOf(flags: number): Activity {
  if (flags & RTS_ONCOPY) return 'copying';
  if (flags & RTS_SENDING && flags & RTS_RECEIVING) return 'sendrec';
  if (flags & RTS_SENDING) return 'sending';
  if (flags & RTS_RECEIVING) return 'receiving';
  return flags & (RTS_WAITBIND | RTS_WAITUNBIND) ? 'waiting' : 'running';
}

function processOf({ rtsFlags, miscFlags, level, ...rest }: NativeProcessInfo): ProcessInfo {
  const flags = { abandoned: (miscFlags & MISC_ABANDONED) !== 0, wokenUp: (miscFlags & MISC_WOKENUP) !== 0 };
  return { ...rest, ...flags, activity: activityOf(rtsFlags), level: levelOf(level) };
}

function vmOf(vm: NativeVmInfo): VmInfo {
  return {
    ...vm,
    level: levelOf(vm.level),
    abi: ABIS[vm.abi] ?? 'native',
    policy: POLICIES[vm.policy] ?? 'consent',
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
 * The module's management and information calls. Those that return a promise wait, in a thread of their own; the others
 * are quick. Each throws M3Error; with code `ModuleMissing` while the module is not loaded, so one object serves before
 * and after.
 */
export class Kernel {
  constructor(private readonly native: NativeAddon) {}

  version(): VersionInfo {
    return checked('version', this.native.version());
  }

  /** mnx_getdrvsinfo. */
  drvs(): DrvsInfo {
    const drvs = checked('drvs', this.native.drvs());
    return { ...drvs, source: NODEID_SOURCES[drvs.source] ?? 'none', uuid: uuidText(drvs.uuid) };
  }

  /** mnx_getvminfo. EDCNOTRUN: no such VM, or none that the caller may see. */
  vm(vmId: number): VmInfo {
    return vmOf(checked('vm', this.native.vm(...numbers('vm', vmId))));
  }

  /** VMs on this node that the caller may see, ascending by vmid. */
  vms(): VmInfo[] {
    return checked('vms', this.native.vms()).map(vmOf);
  }

  /** mnx_getprocinfo: one slot, bound or not. EBADPROC: the VM has no such number. */
  process(vmId: number, nr: number): ProcessInfo {
    return processOf(checked('process', this.native.process(...numbers('process', vmId, nr))));
  }

  /** Slots of a VM that are bound or reserved, ascending by number. */
  processes(vm: Pick<VmInfo, 'vmId' | 'tasks'>): ProcessInfo[] {
    return checked('processes', this.native.processes(...numbers('processes', vm.vmId, -vm.tasks))).map(processOf);
  }

  /** What a slot's reservation demands, undefined when it is not reserved. */
  slot(vmId: number, nr: number): SlotReservation | undefined {
    const slot = checked('slot', this.native.slot(...numbers('slot', vmId, nr)));
    if (!slot.reserved) return undefined;
    const { nodeId, uid } = slot;
    const demands = { ...(nodeId !== undefined && { nodeId }), ...(uid !== undefined && { uid }) };
    return { vmId, nr, ...demands, ...privilegesOf(slot) };
  }

  /** mnx_getnodeinfo. */
  node(nodeId: number): NodeInfo {
    return checked('node', this.native.node(...numbers('node', nodeId)));
  }

  /** This node and those that some VM here spans, ascending. */
  nodes(): NodeInfo[] {
    return checked('nodes', this.native.nodes());
  }

  /** mnx_getep: what thread `pid` is bound to, by itself or by its group's leader. ENOTBIND, EBADPID. */
  endpointOf(pid: number): Binding {
    return checked('endpointOf', this.native.endpointOf(...numbers('endpointOf', pid)));
  }

  /** mnx_getpriv: what a bound process may do. */
  privileges(vmId: number, endpoint: number): Privileges {
    return privilegesOf(checked('privileges', this.native.privileges(...numbers('privileges', vmId, endpoint))));
  }

  /** mnx_setpriv: changes what a bound process may do; what is left out becomes the VM's default. */
  setPrivileges(vmId: number, endpoint: number, privileges: Privileges): void {
    checkedNumber(
      'setPrivileges',
      this.native.setPrivileges(...numbers('setPrivileges', vmId, endpoint), privilegeNumbers(privileges)),
    );
  }

  /** Grants that a process has made, ascending by id. Needs the right to manage the VM. */
  grants(vmId: number, endpoint: number): GrantInfo[] {
    const access = (bits: number) => GRANT_ACCESSES.find((one) => GRANT_ACCESS[one] === bits) ?? 'readwrite';
    return checked('grants', this.native.grants(...numbers('grants', vmId, endpoint))).map((grant) => ({
      ...grant,
      access: access(grant.access),
    }));
  }

  /** mnx_drvs_init: joins the DRVS. Returns the nodeid in effect. EDVSBUSY: it has joined already. */
  drvsInit(params: DrvsParams): number {
    const source = NODEID_SOURCES.indexOf(params.source ?? 'program');
    const uuid = uuidBytes(params.uuid);
    return checkedNumber('drvsInit', this.native.drvsInit({ ...checkNumbers('drvsInit', params), source, uuid }));
  }

  /** mnx_drvs_end: ends every VM, then the DRVS. */
  drvsEnd(): void {
    checkedNumber('drvsEnd', this.native.drvsEnd());
  }

  /** mnx_vm_init: makes a VM. Returns the local nodeid. ERSCBUSY: vmid or name in use. */
  vmInit(params: VmParams & { readonly name: string }): number {
    return checkedNumber('vmInit', this.native.vmInit(vmNumbers('vmInit', params)));
  }

  /** mnx_vm_set: changes a VM without touching bound processes. */
  vmSet(params: VmParams): void {
    checkedNumber('vmSet', this.native.vmSet(vmNumbers('vmSet', params)));
  }

  /** mnx_vm_end: ends a VM: SIGPIPE to every process bound in it, and all are unbound at once. */
  vmEnd(vmId: number): void {
    checkedNumber('vmEnd', this.native.vmEnd(...numbers('vmEnd', vmId)));
  }

  /** mnx_slot_set: reserves a slot, or changes what its occupant may do. */
  slotSet(slot: SlotReservation): void {
    checkedNumber('slotSet', this.native.slotSet(slotNumbers(checkNumbers('slotSet', slot))));
  }

  /** mnx_slot_clear. */
  slotClear(vmId: number, nr: number): void {
    checkedNumber('slotClear', this.native.slotClear(...numbers('slotClear', vmId, nr)));
  }

  /**
   * mnx_lclbind: binds thread `pid` of this node, another's or an `Endpoint.unbound()`. Returns its endpoint. Needs
   * kill's right over it. ESLOTUSED, EBADPID, EBADOWNER.
   */
  bindThread(vmId: number, nr: number, pid: number): number {
    return checked('bindThread', this.native.bindThread(...numbers('bindThread', vmId, nr, pid)))[0];
  }

  /** mnx_unbind: unbinds another's process; its blocked call returns ENOTBIND. */
  unbind(vmId: number, endpoint: number): void {
    checkedNumber('unbind', this.native.unbind(...numbers('unbind', vmId, endpoint)));
  }

  /**
   * mnx_wakeup: ends the receive from anybody of a process with EWOKENUP. EPROCRUN: it is not in one; the wakeup is kept
   * for its next.
   */
  wakeup(vmId: number, endpoint: number): void {
    checkedNumber('wakeup', this.native.wakeup(...numbers('wakeup', vmId, endpoint)));
  }

  /** mnx_hdw_notify: a notification with source HARDWARE, by who manages the VM. */
  hardwareNotify(vmId: number, endpoint: number): void {
    checkedNumber('hardwareNotify', this.native.hardwareNotify(...numbers('hardwareNotify', vmId, endpoint)));
  }

  /**
   * mnx_wait4bindep: waits until the endpoint is bound; a bare number waits for any generation. Resolves to the endpoint
   * that is. EDCNOTRUN: the VM ended. EENDPOINT: that generation is over.
   */
  async wait4bindep(vmId: number, endpoint: number, options?: WaitOptions): Promise<number> {
    const parameters = [WAIT_BIND, vmId, endpoint, timeoutOf(options)];
    return ((await this.alone('wait4bindep', 'wait', parameters, options)) as Binding).endpoint;
  }

  /** mnx_wait4unbind: waits until the endpoint is not bound; at once if it is free or stale, or when the VM ends. */
  async wait4unbind(vmId: number, endpoint: number, options?: WaitOptions): Promise<void> {
    await this.alone('wait4unbind', 'wait', [WAIT_UNBIND, vmId, endpoint, timeoutOf(options)], options);
  }

  /**
   * Waits until a receive from anybody by that process would not block (`readable`), or its binding has ended. Works for
   * processes of others, too, that the caller may see.
   */
  async poll(vmId: number, endpoint: number, options?: WaitOptions): Promise<'readable' | 'ended'> {
    const descriptor = new this.native.Descriptor();
    const fd = checkedNumber('poll', descriptor.openEndpoint(...numbers('poll', vmId, endpoint)));
    try {
      const readable = await this.alone('poll', 'readable', [fd, timeoutOf(options)], options);
      return readable ? 'readable' : 'ended';
    } finally {
      descriptor.close();
    }
  }

  /** Hands batches of events to `listener` until closed. Does not keep the program alive. */
  watch(listener: (events: M3Event[]) => void): EventWatch {
    const stream = new EventStream('watch', this.native, false);
    void stream.pump(listener);
    return stream;
  }

  /**
   * The events from now on, to be read with `for await`; it ends when `signal` aborts. Keeps the program alive while it
   * is being waited for. A reader that is late finds the count of what it missed in `lost`. Its thread lives until the
   * loop is left or `close` is called.
   */
  events(options: Pick<WaitOptions, 'signal'> = {}): EventStream {
    return new EventStream('events', this.native, true, options.signal);
  }

  /** A call that waits, in a thread that ends with it. */
  private async alone(
    call: string,
    operation: Operation,
    parameters: readonly unknown[],
    options: WaitOptions = {},
  ): Promise<unknown> {
    const thread = new CallThread(call, this.native);
    try {
      return await thread.perform({ call, operation, parameters, signal: options.signal });
    } finally {
      thread.close();
    }
  }
}

/** The parameters of a call, checked. */
function numbers<const T extends readonly number[]>(call: string, ...parameters: T): T {
  parameters.forEach((one) => checkNumber(call, 'a parameter', one));
  return parameters;
}

function slotNumbers({ vmId, nr, nodeId, uid, ...privileges }: SlotReservation): object {
  return { vmId, nr, nodeId, uid, ...privilegeNumbers(privileges) };
}

function vmNumbers(call: string, params: VmParams): object {
  return {
    ...checkNumbers(call, params),
    level: params.level === undefined ? undefined : LEVELS.indexOf(params.level),
    abi: params.abi === undefined ? undefined : ABIS.indexOf(params.abi),
    policy: params.policy === undefined ? undefined : POLICIES.indexOf(params.policy),
  };
}

/** @throws AddonMissingError when the native part is not there */
export function openKernel(): Kernel {
  return new Kernel(loadAddon());
}
