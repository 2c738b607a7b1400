// SPDX-License-Identifier: Apache-2.0
// A kernel and a systemd in memory, for tests of the whole agent: units bind when they start, as `m3ipc exec` does.
import {
  M3Error,
  NONE,
  type Kernel,
  type M3Event,
  type SlotReservation,
  type VmInfo,
  type VmParams,
} from '@drvs/m3ipc-node';
import type { NodeKernel } from '../actual/kernel-reader.js';
import type { ListedUnit, StartedUnit, Systemd } from '../apply/systemd.js';
import type { UnitSpec } from '../plan/unit-spec.js';

const ENOENT = 2;
const EVMNOTRUN = 303;
const ERSCBUSY = 342;

interface MemoryVm {
  info: VmInfo;
  readonly bound: Map<number, number>;
  readonly slots: Map<number, SlotReservation>;
}

type DrvsInfo = ReturnType<Kernel['drvs']>;

const SIZES = { procs: 221, tasks: 35, sysProcs: 64 };
const LIMITS = {
  ...SIZES,
  maxNodes: 1024,
  maxVms: 4096,
  userVms: 16,
  maxCopy: 4_194_304,
  vms: 0,
  bound: 0,
  sinceMs: 0,
};

/** The module's management calls over maps. */
export class MemoryKernel implements NodeKernel {
  /** Whether /dev/m3ipc is there. */
  loaded = true;
  readonly state = new Map<number, MemoryVm>();
  private joined: DrvsInfo | undefined;
  private nextPid = 5_000;
  private readonly listeners = new Set<(events: M3Event[]) => void>();

  version() {
    this.mustBeLoaded('version');
    return { abi: 1, features: 0, release: '0.0.0-memory' };
  }

  drvs(): DrvsInfo {
    const none = { running: false, nodeId: -1, source: 'none', bootNodeId: -1, name: '', uuid: undefined } as const;
    return this.joined ?? { ...none, ...LIMITS };
  }

  drvsInit({ nodeId = 0, source = 'program', uuid, name = '' }: Parameters<Kernel['drvsInit']>[0]): number {
    this.joined = { running: true, nodeId, source, bootNodeId: -1, name, uuid, ...LIMITS };
    return nodeId;
  }

  drvsEnd(): void {
    this.state.clear();
    this.joined = undefined;
  }

  vms(): VmInfo[] {
    return [...this.state.values()].map(({ info }) => info).sort((a, b) => a.vmId - b.vmId);
  }

  vmInit(params: VmParams & { readonly name: string }): number {
    if (this.state.has(params.vmId)) throw new M3Error('vmInit', ERSCBUSY);
    const defaults = { ...SIZES, uid: 0, gid: 0, mode: 0o750, nodes: [], warnTo: NONE, warnType: 0 };
    const words = { level: 'server', abi: 'native', policy: 'consent' } as const;
    const moved = { messages: 0, sent: 0, sentRemote: 0, copied: 0, copiedRemote: 0 };
    const counters = { ...moved, bound: 0, reserved: 0, sinceMs: 0, incarnation: 1 };
    const info = { ...defaults, ...words, ...counters, tag: Buffer.alloc(16), ...params };
    this.state.set(params.vmId, { info, bound: new Map(), slots: new Map() });
    return this.drvs().nodeId;
  }

  vmSet(params: VmParams): void {
    const vm = this.vm('vmSet', params.vmId);
    vm.info = { ...vm.info, ...params };
  }

  vmEnd(vmId: number): void {
    this.vm('vmEnd', vmId);
    this.state.delete(vmId);
    this.tell();
  }

  processes({ vmId }: Pick<VmInfo, 'vmId' | 'tasks'>) {
    const { bound, slots } = this.vm('processes', vmId);
    return [...new Set([...bound.keys(), ...slots.keys()])].map((nr) => ({
      nr,
      endpoint: nr,
      bound: bound.has(nr),
      reserved: slots.has(nr),
      activity: 'receiving' as const,
      pid: bound.get(nr) ?? 0,
      tgid: bound.get(nr) ?? 0,
      nodeId: this.drvs().nodeId,
      uid: 0,
      getFrom: 0,
      sendTo: 0,
      blockedMs: 0,
      sinceMs: 0,
      abandoned: false,
      wokenUp: false,
      level: 'server' as const,
      sent: 0,
      received: 0,
      copied: 0,
      name: 'memory',
    }));
  }

  slot(vmId: number, nr: number): SlotReservation | undefined {
    return this.vm('slot', vmId).slots.get(nr);
  }

  slotSet(slot: SlotReservation): void {
    this.vm('slotSet', slot.vmId).slots.set(slot.nr, slot);
  }

  slotClear(vmId: number, nr: number): void {
    this.vm('slotClear', vmId).slots.delete(nr);
  }

  unbind(vmId: number, endpoint: number): void {
    this.vm('unbind', vmId).bound.delete(endpoint);
    this.tell();
  }

  watch(listener: (events: M3Event[]) => void) {
    this.mustBeLoaded('watch');
    this.listeners.add(listener);
    return { close: () => void this.listeners.delete(listener) };
  }

  /** A thread binds itself. */
  bind(vmId: number, nr: number): void {
    this.vm('bind', vmId).bound.set(nr, this.nextPid++);
    this.tell();
  }

  /** Numbers bound in a VM, ascending; undefined when there is no such VM. */
  boundIn(vmId: number): number[] | undefined {
    const vm = this.state.get(vmId);
    return vm && [...vm.bound.keys()].sort((a, b) => a - b);
  }

  private vm(call: string, vmId: number): MemoryVm {
    const vm = this.state.get(vmId);
    if (!vm) throw new M3Error(call, EVMNOTRUN);
    return vm;
  }

  private mustBeLoaded(call: string): void {
    if (!this.loaded) throw new M3Error(call, ENOENT);
  }

  private tell(): void {
    for (const listener of this.listeners) listener([]);
  }
}

/** systemd as a list of units whose programs bind at once and end when told. */
export class MemorySystemd implements Systemd {
  readonly units = new Map<string, UnitSpec>();
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly kernel: MemoryKernel) {}

  async list(): Promise<ListedUnit[]> {
    return [...this.units.values()].map(({ name, description }) => ({
      name,
      description,
      activeState: 'active',
      subState: 'running',
    }));
  }

  async start(unit: UnitSpec): Promise<StartedUnit> {
    this.units.set(unit.name, unit);
    this.kernel.bind(...placeOf(unit));
    this.tell();
    return { finished: Promise.resolve() };
  }

  async stop(name: string): Promise<void> {
    const unit = this.units.get(name);
    this.units.delete(name);
    if (unit) this.kernel.unbind(...placeOf(unit));
    this.tell();
  }

  async startExisting(): Promise<void> {
    this.kernel.loaded = true;
    this.tell();
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  close(): void {
    this.listeners.length = 0;
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** What `m3ipc exec` would bind to. */
function placeOf({ command }: UnitSpec): [vmId: number, nr: number] {
  const after = (option: string): number => Number(command[command.indexOf(option) + 1]);
  return [after('--vm'), after('--nr')];
}
