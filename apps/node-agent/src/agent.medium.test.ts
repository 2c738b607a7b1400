// SPDX-License-Identifier: Apache-2.0
// The whole agent with a real slapd and a manager that is a real TLS WebSocket server with a script. Faked: kernel and systemd.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { agentFrameSchema, decodeLinkCredentials, type AgentFrame, type NodeDocument } from '@drvs/contracts';
import { digest } from '@drvs/directory';
import { checkNaming, namesInUse, namesShown } from '@drvs/testkit/monitoring';
import { makeCertificates, type TestCertificates } from '@drvs/testkit/certificates';
import { TestSlapd } from '@drvs/testkit/slapd';
import { pino } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import { Agent } from './agent.js';
import { systemClock } from './clock.js';
import { parseConfig } from './config.js';
import { MemoryKernel, MemorySystemd } from './testing/memory-node.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(60_000);

const NODE = 'node1';
const PASSWORD = 'node1-secret';
const EPOCH = { counter: 1, uuid: 'b7c7ab30-34ee-4b0b-a2d3-5a4c1fb3a111' };
const LIMIT_MS = 15_000;
jest.setTimeout(60_000);

async function eventually<T>(
  what: string,
  find: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A manager that sends what the test says and keeps what it hears. */
class TestManager {
  readonly frames: AgentFrame[] = [];
  readonly credentials: unknown[] = [];
  socket: WebSocket | undefined;
  private revision = 0;

  private constructor(
    private readonly server: Server,
    private readonly sockets: WebSocketServer,
  ) {
    sockets.on('connection', (socket, request) => {
      this.socket = socket;
      this.credentials.push(decodeLinkCredentials(request.headers.authorization ?? ''));
      socket.on('message', (data) => this.hear(agentFrameSchema.parse(JSON.parse((data as Buffer).toString()))));
    });
  }

  static async start({ certFile, keyFile }: TestCertificates): Promise<TestManager> {
    const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
    const manager = new TestManager(server, new WebSocketServer({ server }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return manager;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}/agent/v1/lab`;
  }

  /** Wants the agent to have `document`. */
  desire(document: NodeDocument): string {
    const revision = String(++this.revision);
    const frame = { type: 'desired', epoch: EPOCH, revision, digest: digest(document), document };
    this.socket?.send(JSON.stringify(frame));
    return revision;
  }

  find<Kind extends AgentFrame['type']>(type: Kind, match: (frame: Extract<AgentFrame, { type: Kind }>) => boolean) {
    return this.frames.findLast(
      (frame): frame is Extract<AgentFrame, { type: Kind }> =>
        frame.type === type && match(frame as Extract<AgentFrame, { type: Kind }>),
    );
  }

  close(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.close();
    this.socket = undefined;
  }

  private hear(frame: AgentFrame): void {
    this.frames.push(frame);
    if (frame.type !== 'hello') return;
    const welcome = { type: 'welcome', linkVersion: 1, sessionToken: 'x'.repeat(43), leaseSeconds: 15, epoch: EPOCH };
    this.socket?.send(JSON.stringify({ ...welcome, revision: String(this.revision) }));
  }
}

interface Running {
  readonly agent: Agent;
  /** Lines sent to the service manager. */
  readonly notified: string[];
  status(): Promise<{ acting?: string; conditions: { type: string; reason: string; message: string }[] }>;
}

describe('the agent', () => {
  let folder = '';
  let certificates: TestCertificates;
  let slapd: TestSlapd;
  let kernel: MemoryKernel;
  let systemd: MemorySystemd;
  let running: Running | undefined;
  let manager: TestManager | undefined;

  beforeAll(() => {
    const own = mkdtempSync(join(tmpdir(), 'drvs-agent-tls-'));
    certificates = makeCertificates(own);
    process.once('exit', () => rmSync(own, { recursive: true, force: true }));
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'drvs-agent-'));
    kernel = new MemoryKernel();
    systemd = new MemorySystemd(kernel);
    slapd = await TestSlapd.prepare({ tls: true });
    await slapd.restart();
    await slapd.add(slapd.nodeEntry(NODE, 1));
    await slapd.tool('ldappasswd', ['-s', PASSWORD, slapd.nodeDn(NODE)]);
    await slapd.add(slapd.vmEntry('orders', 7, [NODE]));
    await slapd.add(slapd.processEntry('orders', 'desk', 40, NODE, ['drvsExec: /bin/true']));
    writeFileSync(join(folder, 'ca.pem'), slapd.ca);
  });
  afterEach(async () => {
    await running?.agent.stop();
    manager?.close();
    running = undefined;
    manager = undefined;
    await slapd.close();
    rmSync(folder, { recursive: true });
  });

  async function start(password = async () => PASSWORD, clock = systemClock): Promise<Running> {
    const lines = [
      `ldapUrl=${slapd.tlsUrl}`,
      `ldapCa=${folder}/ca.pem`,
      `nodeDn=${slapd.nodeDn(NODE)}`,
      `systemBase=${slapd.base}`,
      'allowUsers=nobody',
    ];
    const notified: string[] = [];
    const socket = join(folder, 'agent.sock');
    const agent = new Agent({
      config: parseConfig(lines.join('\n'), 'agent.conf'),
      identity: { machineId: 'm'.repeat(32), bootId: 'b', kernel: 'test' },
      password,
      kernel,
      systemd,
      serviceManager: { notify: (line) => void notified.push(line), watchdogMs: undefined },
      clock,
      logger: pino({ level: 'silent' }),
      stateFolder: folder,
      socket,
    });
    running = { agent, notified, status: () => localStatus(socket) };
    await agent.start();
    return running;
  }

  /** Tells the directory where the manager is. */
  async function announceManager(): Promise<TestManager> {
    manager = await TestManager.start(certificates);
    const change = [
      `dn: ${slapd.base}`,
      'changetype: modify',
      'replace: drvsManagerUrl',
      `drvsManagerUrl: ${manager.url}`,
      '-',
      'replace: drvsManagerCa',
      `drvsManagerCa:: ${Buffer.from(certificates.ca).toString('base64')}`,
    ];
    await slapd.modify(`${change.join('\n')}\n`);
    return manager;
  }

  /** The document of the node as last kept by the agent. */
  const kept = (): Promise<NodeDocument> =>
    eventually('a kept document', () => {
      const file = join(folder, 'last-good.json');
      if (!existsSync(file)) return undefined;
      const [, body = ''] = readFileSync(file, 'utf8').split(/\n(.*)/s);
      return (JSON.parse(body) as { document: NodeDocument }).document;
    });
  const holds = (one: Running, type: string) =>
    eventually(type, async () => (await one.status()).conditions.find((condition) => condition.type === type));
  const bound = (numbers: number[]) =>
    eventually(`bound: ${numbers.join()}`, () => String(kernel.boundIn(7)) === String(numbers) && true);

  test('without any manager it does what LDAP says, and is ready', async () => {
    const one = await start();
    await bound([40]);
    await eventually('ready', () => one.notified.includes('READY=1'));
    expect(kernel.drvs()).toMatchObject({ nodeId: 1, source: 'agent', name: NODE });
    expect((await one.status()).acting).toBe('directory');
    expect((await holds(one, 'ManagerUnavailable')).message).toContain('drvsManagerUrl');
    await slapd.add(slapd.processEntry('orders', 'second', 41, NODE, ['drvsExec: /bin/true']));
    await one.agent.lookAgain();
    await bound([40, 41]);
  });

  test('a manager of the system entry is trusted by its CA and obeyed in full', async () => {
    const scripted = await announceManager();
    const one = await start();
    await bound([40]);
    const hello = await eventually('hello', () => scripted.find('hello', () => true));
    expect(hello).toMatchObject({ nodeDn: slapd.nodeDn(NODE), machineId: 'm'.repeat(32), applied: null });
    expect(scripted.credentials).toEqual([{ dn: slapd.nodeDn(NODE), password: PASSWORD }]);

    const document = await kept();
    const revision = scripted.desire({ ...document, vms: document.vms.map((vm) => ({ ...vm, processes: [] })) });
    await bound([]);
    const applied = await eventually('applied', () => scripted.find('applied', (frame) => frame.inSync));
    expect(applied).toMatchObject({
      revision,
      epoch: EPOCH,
      results: expect.arrayContaining([{ object: 'vm:7', result: 'in-sync' }]),
    });
    const acting = await eventually('status', () =>
      scripted.find('status', ({ status }) => status.acting === 'manager'),
    );
    expect(acting.status).toMatchObject({ nodeId: 1, nodeIdSource: 'directory', moduleLoaded: true });

    const figures = await localPage(join(folder, 'agent.sock'), '/metrics');
    expect(figures).toMatch(/^drvs_agent_acting\{source="manager"\} 1$/m);
    expect(figures).toMatch(new RegExp(`^drvs_agent_revision ${revision}$`, 'm'));
    for (const name of ['ldap_ca', 'manager_ca']) {
      const [, seconds] = new RegExp(`expiry_timestamp_seconds\\{certificate="${name}"\\} (\\S+)`).exec(figures) ?? [];
      expect(Number(seconds)).toBeGreaterThan(Date.now() / 1000);
    }
    expect(namesShown(figures, 'drvs_')).toEqual(expect.arrayContaining(namesInUse('drvs_agent_')));
    await checkNaming(figures, 'drvs_');

    // One reading may have seen a change before the manager did; two in a row are a difference.
    const types = async () => (await one.status()).conditions.map(({ type }) => type);
    await one.agent.lookAgain();
    expect(await types()).not.toContain('DirectoryDiffers');
    await one.agent.lookAgain();
    expect((await holds(one, 'DirectoryDiffers')).message).toContain('desk');
    expect(kernel.boundIn(7)).toEqual([]);
    scripted.desire(document);
    await bound([40]);
    await one.agent.lookAgain();
    expect(await types()).not.toContain('DirectoryDiffers');
  });

  test('a manager whose certificate is of another authority is not spoken to', async () => {
    const scripted = await announceManager();
    const stranger = makeCertificates(mkdtempSync(join(folder, 'stranger-')));
    const change = ['replace: drvsManagerCa', `drvsManagerCa:: ${Buffer.from(stranger.ca).toString('base64')}`];
    await slapd.modify([`dn: ${slapd.base}`, 'changetype: modify', ...change, ''].join('\n'));
    const one = await start();
    const { message } = await holds(one, 'ManagerUnavailable');
    expect(message).toMatch(/certificate/);
    expect(scripted.credentials).toEqual([]);
  });

  test('a document with another digest than its own is not applied', async () => {
    const scripted = await announceManager();
    await start();
    await eventually('hello', () => scripted.find('hello', () => true));
    const document = await kept();
    const frame = {
      type: 'desired',
      epoch: EPOCH,
      revision: '9',
      digest: '0'.repeat(64),
      document: { ...document, vms: [] },
    };
    scripted.socket?.send(JSON.stringify(frame));
    await eventually('a new session', () => scripted.frames.filter(({ type }) => type === 'hello').length === 2);
    expect(kernel.boundIn(7)).toEqual([40]);
  });

  test('the manager gone, everything deleted from LDAP, the agent restarted: nothing ends', async () => {
    const scripted = await announceManager();
    const first = await start();
    await eventually('hello', () => scripted.find('hello', () => true));
    scripted.desire(await kept());
    await eventually('applied', () => scripted.find('applied', (frame) => frame.inSync));
    scripted.close();
    await first.agent.stop();
    await slapd.delete(slapd.vmDn('orders'), { recursive: true });
    const second = await start();
    expect((await holds(second, 'StepsPending')).message).toContain('unit-stop process:7:40');
    expect(kernel.boundIn(7)).toEqual([40]);
    expect(systemd.units.size).toBe(1);
    expect((await second.status()).acting).toBe('directory');
  });

  test('directory and manager away: it boots from the last good document, and recovers by itself', async () => {
    const first = await start();
    await bound([40]);
    await first.agent.stop();
    await slapd.stop();
    kernel = new MemoryKernel();
    systemd = new MemorySystemd(kernel);
    const second = await start();
    await bound([40]);
    expect((await second.status()).acting).toBe('last-good');
    expect((await holds(second, 'DirectoryUnavailable')).reason).toBe('Unreachable');
    await slapd.restart();
    await second.agent.lookAgain();
    await eventually('directory', async () => (await second.status()).acting === 'directory');
  });

  test('with a manager, only audits that fail again and again are a condition', async () => {
    const scripted = await announceManager();
    const one = await start();
    await eventually('hello', () => scripted.find('hello', () => true));
    scripted.desire(await kept());
    await eventually('acting', async () => (await one.status()).acting === 'manager');
    await slapd.stop();
    const types = async () => (await one.status()).conditions.map(({ type }) => type);
    await one.agent.lookAgain();
    await one.agent.lookAgain();
    expect(await types()).not.toContain('DirectoryUnavailable');
    await one.agent.lookAgain();
    expect(await types()).toContain('DirectoryUnavailable');
    await slapd.restart();
    await one.agent.lookAgain();
    expect(await types()).not.toContain('DirectoryUnavailable');
  });

  test('a clock that jumps an hour, forth and back, makes nobody wait and takes nobody for gone', async () => {
    const scripted = await announceManager();
    let ahead = 0;
    const one = await start(undefined, { ...systemClock, now: () => Date.now() + ahead });
    await eventually('hello', () => scripted.find('hello', () => true));
    const document = await kept();
    scripted.desire(document);
    await eventually('acting', async () => (await one.status()).acting === 'manager');
    scripted.close();
    await holds(one, 'ManagerUnavailable');
    for (const jump of [3_600_000, -3_600_000]) {
      ahead = jump;
      await one.agent.lookAgain();
      expect((await one.status()).acting).toBe('manager');
      kernel.state.delete(7);
      systemd.units.clear();
      await one.agent.lookAgain();
      await bound([40]);
    }
  });

  test('a wrong password: it says what it waits for, and recovers when that is corrected', async () => {
    let password = 'wrong';
    const one = await start(async () => password);
    expect((await holds(one, 'DirectoryUnavailable')).reason).toBe('InvalidCredentials');
    expect(one.notified.at(-1)).toMatch(/^STATUS=waiting for a first document; DirectoryUnavailable/);
    expect(one.notified).not.toContain('READY=1');
    expect(JSON.stringify([await one.status(), one.notified])).not.toContain(PASSWORD);
    password = PASSWORD;
    await one.agent.lookAgain();
    await bound([40]);
  });

  test('without the module it reports, stays up, and goes on when that is loaded', async () => {
    kernel.loaded = false;
    systemd.startExisting = async () => {
      throw new Error('drvs-module.service failed');
    };
    const one = await start();
    expect((await holds(one, 'ModuleMissing')).message).toContain('systemctl restart drvs-module.service');
    kernel.loaded = true;
    await bound([40]);
    expect((await one.status()).conditions.map(({ type }) => type)).not.toContain('ModuleMissing');
  });

  test('one malformed entry stops only itself', async () => {
    await slapd.add(slapd.processEntry('orders', 'bad', 42, NODE, ['drvsExec: not/absolute']));
    await slapd.add(slapd.processEntry('orders', 'root', 43, NODE, ['drvsExec: /bin/true', 'drvsUser: root']));
    const one = await start();
    await bound([40]);
    const page = JSON.stringify(await one.status());
    expect(page).toContain('uid or gid 0');
  });
});

async function localStatus(socketPath: string): Promise<Awaited<ReturnType<Running['status']>>> {
  return JSON.parse(await localPage(socketPath, '/status')) as Awaited<ReturnType<Running['status']>>;
}

function localPage(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ socketPath, path }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
  });
}
