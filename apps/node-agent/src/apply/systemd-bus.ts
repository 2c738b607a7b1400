// SPDX-License-Identifier: Apache-2.0
// systemd's manager over D-Bus (org.freedesktop.systemd1(5)).
import { constants } from 'node:os';
import dbus from 'dbus-next';
import { AgentError } from '../agent-error.js';
import type { UnitSpec } from '../plan/unit-spec.js';
import { Bus, SYSTEM_BUS, type BusSignal } from './bus.js';
import type { ListedUnit, StartedUnit, Systemd } from './systemd.js';

const MANAGER = 'org.freedesktop.systemd1.Manager';
const SYSTEMD = {
  destination: 'org.freedesktop.systemd1',
  path: '/org/freedesktop/systemd1',
  interface: MANAGER,
} as const;
const MATCH = "type='signal',sender='org.freedesktop.systemd1',path_namespace='/org/freedesktop/systemd1'";

const JOB_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_US = 10_000_000n;
const RESTART_DELAY_US = 200_000n;
const START_LIMIT_INTERVAL_US = 30_000_000n;
const START_LIMIT_BURST = 5;
const SIGPIPE = constants.signals.SIGPIPE;

type Property = [name: string, value: dbus.Variant];

const text = (name: string, value: string): Property => [name, new dbus.Variant('s', value)];
const flag = (name: string, value: boolean): Property => [name, new dbus.Variant('b', value)];
const micros = (name: string, value: bigint): Property => [name, new dbus.Variant('t', value)];

const restartAfter = (signal: number): Property => [
  'RestartForceExitStatus',
  new dbus.Variant('(aiai)', [[], [signal]]),
];

/**
 * An argument that systemd hands on as it is: it would expand `$NAME`. (ExecStartEx has a flag for that, but systemd 252
 * writes that property into the transient unit's file under a name that it does not know when it reads it again, and a
 * daemon-reload then leaves the unit without a command: docs/adr/0001.)
 */
function literally(argument: string): string {
  return argument.replaceAll('$', '$$$$');
}

/** Properties of the transient unit of a launched process. */
export function unitProperties(unit: UnitSpec): Property[] {
  const [program = ''] = unit.command;
  // A process that may end for good is remembered as `exited` or `failed`, so that nobody starts it a second time. One
  // that is to live on is collected, because a failed transient unit would block its name.
  const once = unit.restart === 'no';
  return [
    text('Description', unit.description),
    text('Slice', unit.slice),
    text('Type', 'exec'),
    text('User', unit.user),
    ['ExecStart', new dbus.Variant('a(sasb)', [[program, unit.command.map(literally), false]])],
    ['Environment', new dbus.Variant('as', [...unit.environment])],
    ...(unit.workingDirectory ? [text('WorkingDirectory', unit.workingDirectory)] : []),
    [
      'LoadCredential',
      new dbus.Variant(
        'a(ss)',
        unit.credentials.map(({ id, path }) => [id, path]),
      ),
    ],
    text('Restart', unit.restart),
    // SIGPIPE also counts as a clean end for systemd: a VM that was ended and comes back wants its processes back.
    ...(unit.restart === 'on-failure' ? [restartAfter(SIGPIPE)] : []),
    micros('RestartUSec', RESTART_DELAY_US),
    micros('StartLimitIntervalUSec', START_LIMIT_INTERVAL_US),
    ['StartLimitBurst', new dbus.Variant('u', START_LIMIT_BURST)],
    micros('TimeoutStopUSec', STOP_TIMEOUT_US),
    flag('RemainAfterExit', unit.restart !== 'always'),
    text('CollectMode', once ? 'inactive' : 'inactive-or-failed'),
    flag('NoNewPrivileges', true),
    // systemd lets services ignore SIGPIPE; here that signal is how a VM ends its processes.
    flag('IgnoreSIGPIPE', false),
  ];
}

const OUR_UNITS = 'drvs-';
const UNIT_PATH = '/org/freedesktop/systemd1/unit/';

/** Name of the unit that a signal is about; of a change of properties only as much as its path tells. */
function subjectOf({ member, path, body }: BusSignal): string {
  switch (member) {
    case 'JobRemoved':
      return String(body[2]);
    case 'UnitRemoved':
      return String(body[0]);
    case 'PropertiesChanged':
      return path.startsWith(UNIT_PATH) ? path.slice(UNIT_PATH.length).replaceAll('_2d', '-') : '';
    default:
      return '';
  }
}

interface Job {
  readonly unit: string;
  readonly finish: (result: string) => void;
}

export class SystemdBus implements Systemd {
  private readonly bus: Bus;
  private readonly jobs = new Set<Job>();
  private readonly listeners: (() => void)[] = [];

  constructor(address: string = SYSTEM_BUS) {
    this.bus = new Bus(
      address,
      MATCH,
      (signal) => this.hear(signal),
      // Without a subscription systemd sends no signals.
      async (call) => void (await call({ ...SYSTEMD, member: 'Subscribe' })),
    );
  }

  async list(pattern: string): Promise<ListedUnit[]> {
    const [rows] = await this.manager('ListUnitsByPatterns', 'asas', [[], [pattern]]);
    return (rows as string[][]).map(([name = '', description = '', , activeState = '', subState = '']) => ({
      name,
      description,
      activeState,
      subState,
    }));
  }

  async start(unit: UnitSpec): Promise<StartedUnit> {
    // A unit that failed earlier still holds the name.
    await this.manager('ResetFailedUnit', 's', [unit.name]).catch(() => undefined);
    return this.job(unit.name, () =>
      this.manager('StartTransientUnit', 'ssa(sv)a(sa(sv))', [unit.name, 'fail', unitProperties(unit), []]),
    );
  }

  async stop(name: string): Promise<void> {
    try {
      await this.manager('StopUnit', 'ss', [name, 'replace']);
    } catch (error) {
      if (!(error instanceof AgentError) || !error.code.endsWith('.NoSuchUnit')) throw error;
    }
    // A unit that failed or was to be remembered goes only when its failure is forgotten, too.
    await this.manager('ResetFailedUnit', 's', [name]).catch(() => undefined);
  }

  async startExisting(name: string): Promise<void> {
    const { finished } = await this.job(name, () => this.manager('StartUnit', 'ss', [name, 'replace']));
    await finished;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  close(): void {
    this.bus.close();
  }

  private manager(member: string, signature: string, body: unknown[]): Promise<unknown[]> {
    return this.bus.call({ ...SYSTEMD, member, signature, body });
  }

  /** Runs `begin`, which queues a job of `unit`; rejects when systemd does not take it. */
  private async job(unit: string, begin: () => Promise<unknown>): Promise<StartedUnit> {
    let finish: (result: string) => void = () => undefined;
    const result = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const job = { unit, finish };
    // Before the call: the job may end before its answer has been looked at.
    this.jobs.add(job);
    const timer = setTimeout(() => finish('timeout'), JOB_TIMEOUT_MS).unref();
    const finished = result
      .then((word) => {
        if (word === 'done') return;
        throw new AgentError('UnitFailed', `${unit} could not be started (${word})`, `see: journalctl -u ${unit}`);
      })
      .finally(() => {
        clearTimeout(timer);
        this.jobs.delete(job);
      });
    try {
      await begin();
      return { finished };
    } catch (error) {
      finish('done');
      throw error;
    }
  }

  private hear(signal: BusSignal): void {
    const unit = subjectOf(signal);
    if (signal.member === 'JobRemoved') {
      for (const job of this.jobs) if (job.unit === unit) job.finish(String(signal.body[3]));
    }
    if (unit.startsWith(OUR_UNITS)) for (const listener of this.listeners) listener();
  }
}
