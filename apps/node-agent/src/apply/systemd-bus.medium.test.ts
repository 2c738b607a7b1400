// SPDX-License-Identifier: Apache-2.0
// The D-Bus side against a real dbus-daemon, with a scripted systemd on it. (Real systemd: the tests in the lab.)
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import dbus from 'dbus-next';
import { processDocument, vmDocument } from '../plan/fixtures.js';
import { unitSpec } from '../plan/unit-spec.js';
import { SystemdBus } from './systemd-bus.js';

const PATH = '/org/freedesktop/systemd1';
const MANAGER = 'org.freedesktop.systemd1.Manager';
const UNIT = unitSpec(vmDocument(7), processDocument(1), ['/usr/bin/m3ipc', 'serve'], 'drvs');

/** The library's types forget the message that an error answers. */
const messages = dbus.Message as unknown as { newError(to: dbus.Message, name: string, text: string): dbus.Message };

/** systemd's manager, as far as the agent asks it: jobs end when the test says so. */
class ScriptedSystemd {
  readonly calls: [member: string, body: unknown[]][] = [];
  /** Replies with this D-Bus error instead, by member. */
  readonly errors = new Map<string, string>();
  listed: unknown[][] = [];

  private constructor(private readonly bus: dbus.MessageBus) {}

  static async start(address: string): Promise<ScriptedSystemd> {
    const bus = dbus.sessionBus({ busAddress: address });
    bus.on('error', () => undefined);
    const systemd = new ScriptedSystemd(bus);
    bus.addMethodHandler((message: dbus.Message) => systemd.answer(message));
    await bus.requestName('org.freedesktop.systemd1', 0);
    return systemd;
  }

  called(member: string): unknown[][] {
    return this.calls.filter(([name]) => name === member).map(([, body]) => body);
  }

  /** Ends a job. */
  finish(unit: string, result: string): void {
    const body = [1, `${PATH}/job/1`, unit, result];
    this.bus.send(dbus.Message.newSignal(PATH, MANAGER, 'JobRemoved', 'uoss', body));
  }

  changed(unit: string): void {
    const path = `${PATH}/unit/${unit.replace(/[^A-Za-z0-9]/g, (char) => `_${char.charCodeAt(0).toString(16)}`)}`;
    const body = ['org.freedesktop.systemd1.Unit', {}, []];
    const properties = 'org.freedesktop.DBus.Properties';
    this.bus.send(dbus.Message.newSignal(path, properties, 'PropertiesChanged', 'sa{sv}as', body));
  }

  close(): void {
    this.bus.disconnect();
  }

  private answer(message: dbus.Message): boolean {
    if (message.interface !== MANAGER) return false;
    this.calls.push([message.member, message.body as unknown[]]);
    const error = this.errors.get(message.member);
    if (error) this.bus.send(messages.newError(message, error, 'as scripted'));
    else this.bus.send(this.reply(message));
    return true;
  }

  private reply(message: dbus.Message): dbus.Message {
    if (message.member === 'ListUnitsByPatterns') {
      return dbus.Message.newMethodReturn(message, 'a(ssssssouso)', [this.listed]);
    }
    const queues = ['StartTransientUnit', 'StartUnit', 'StopUnit'].includes(message.member);
    return queues
      ? dbus.Message.newMethodReturn(message, 'o', [`${PATH}/job/1`])
      : dbus.Message.newMethodReturn(message, '', []);
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('systemd over D-Bus', () => {
  let folder = '';
  let address = '';
  let daemon: ChildProcess;
  let scripted: ScriptedSystemd;
  let systemd: SystemdBus;

  async function startBus(): Promise<void> {
    daemon = spawn(
      'dbus-daemon',
      ['--session', '--nofork', '--nopidfile', '--print-address', `--address=unix:path=${folder}/bus`],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    await once(daemon.stdout as NodeJS.ReadableStream, 'data');
    scripted = await ScriptedSystemd.start(address);
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'drvs-bus-'));
    address = `unix:socket=${folder}/bus`;
    await startBus();
    systemd = new SystemdBus(address);
  });
  afterEach(() => {
    systemd.close();
    scripted.close();
    daemon.kill();
    rmSync(folder, { recursive: true });
  });

  test('subscribes and lists', async () => {
    const row = ['drvs-7-p1.service', 'vm7/p1', 'loaded', 'active', 'running', '', `${PATH}/unit/x`, 0, '', '/'];
    scripted.listed = [row];
    expect(await systemd.list('drvs-*-*.service')).toEqual([
      { name: 'drvs-7-p1.service', description: 'vm7/p1', activeState: 'active', subState: 'running' },
    ]);
    expect(scripted.calls.map(([member]) => member)).toEqual(['Subscribe', 'ListUnitsByPatterns']);
    expect(scripted.called('ListUnitsByPatterns')).toEqual([[[], ['drvs-*-*.service']]]);
  });

  test('starts a unit: accepted at once, finished when its job is', async () => {
    const { finished } = await systemd.start(UNIT);
    const [[name, mode, properties] = []] = scripted.called('StartTransientUnit');
    expect([name, mode]).toEqual([UNIT.name, 'fail']);
    const exec = (properties as [string, dbus.Variant][]).find(([key]) => key === 'ExecStart')?.[1];
    expect(exec).toMatchObject({ signature: 'a(sasb)', value: [['/usr/bin/m3ipc', UNIT.command, false]] });
    scripted.finish('drvs-7-p2.service', 'failed');
    scripted.finish(UNIT.name, 'done');
    await finished;
  });

  test('a job that fails names the unit and its journal', async () => {
    const { finished } = await systemd.start(UNIT);
    scripted.finish(UNIT.name, 'failed');
    await expect(finished).rejects.toMatchObject({
      code: 'UnitFailed',
      sentence: expect.stringContaining('journalctl -u drvs-7-p1.service'),
    });
  });

  test('a refusal has the name that D-Bus gives it; stopping what is gone is done', async () => {
    scripted.errors.set('StartTransientUnit', 'org.freedesktop.systemd1.UnitExists');
    await expect(systemd.start(UNIT)).rejects.toMatchObject({ code: 'org.freedesktop.systemd1.UnitExists' });
    scripted.errors.set('StopUnit', 'org.freedesktop.systemd1.NoSuchUnit');
    await systemd.stop(UNIT.name);
    scripted.errors.set('StopUnit', 'org.freedesktop.DBus.Error.AccessDenied');
    await expect(systemd.stop(UNIT.name)).rejects.toMatchObject({ code: 'org.freedesktop.DBus.Error.AccessDenied' });
  });

  test('changes of our units are told, of others not', async () => {
    let told = 0;
    systemd.onChange(() => told++);
    await systemd.list('drvs-*');
    scripted.changed('cron.service');
    scripted.finish('cron.service', 'done');
    scripted.changed(UNIT.name);
    await until('told', () => told > 0);
    expect(told).toBe(1);
  });

  test('a bus that goes away is an error, and is found again when it is back', async () => {
    await systemd.list('drvs-*');
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
    await expect(systemd.list('drvs-*')).rejects.toMatchObject({ code: 'BusUnavailable' });
    await expect(systemd.list('drvs-*')).rejects.toMatchObject({ code: 'BusUnavailable' });
    rmSync(join(folder, 'bus'), { force: true });
    await startBus();
    expect(await systemd.list('drvs-*')).toEqual([]);
    expect(scripted.called('Subscribe')).toHaveLength(1);
  });
});
