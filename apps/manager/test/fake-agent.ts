// SPDX-License-Identifier: Apache-2.0
// An agent as far as the link goes: a real WebSocket that says what a test tells it to.
import { managerFrameSchema } from '@drvs/contracts';
import type { AgentFrame, ManagerFrame, NodeStatus } from '@drvs/contracts';
import { WebSocket } from 'ws';

type FrameOf<Kind extends ManagerFrame['type']> = Extract<ManagerFrame, { type: Kind }>;

export interface AgentOptions {
  readonly url: string;
  readonly authorization: string;
  readonly nodeDn: string;
  readonly machineId?: string;
  /** PEM of the manager's authority. */
  readonly ca?: string;
}

/** The manager refused the handshake. */
export class HandshakeRefused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`${status} ${code}`);
  }
}

const WAIT_MS = 20_000;
const PING_MS = 3_000;

export class FakeAgent {
  readonly frames: ManagerFrame[] = [];
  closeCode: number | undefined;
  private readonly waiters = new Set<() => void>();
  private heart: NodeJS.Timeout | undefined;

  private constructor(
    private readonly socket: WebSocket,
    private readonly options: AgentOptions,
  ) {
    socket.on('message', (data: Buffer) => {
      this.frames.push(managerFrameSchema.parse(JSON.parse(data.toString())));
      this.wake();
    });
    socket.on('close', (code) => {
      this.closeCode = code;
      this.silence();
      this.wake();
    });
    socket.on('error', () => undefined);
  }

  /** Connects, without hello. Rejects with {@link HandshakeRefused}. */
  static open(options: AgentOptions): Promise<FakeAgent> {
    const socket = new WebSocket(options.url, { headers: { authorization: options.authorization }, ca: options.ca });
    const agent = new FakeAgent(socket, options);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(agent));
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        let body = '';
        response.on('data', (text: Buffer) => (body += text.toString()));
        response.on('end', () => {
          reject(new HandshakeRefused(response.statusCode ?? 0, (JSON.parse(body) as { code: string }).code));
        });
      });
    });
  }

  /** Connects and says hello; resolves when welcome. */
  static async join(
    options: AgentOptions,
    hello: Partial<Extract<AgentFrame, { type: 'hello' }>> = {},
  ): Promise<FakeAgent> {
    const agent = await FakeAgent.open(options);
    agent.hello(hello);
    await agent.next('welcome');
    agent.heart = setInterval(() => agent.send({ type: 'ping', epoch: null, revision: null }), PING_MS);
    return agent;
  }

  hello(part: Partial<Extract<AgentFrame, { type: 'hello' }>> = {}): void {
    this.send({
      type: 'hello',
      nodeDn: this.options.nodeDn,
      machineId: this.options.machineId ?? 'machine-of-' + this.options.nodeDn,
      bootId: 'boot-1',
      agentVersion: '0.1.0',
      moduleVersion: '0.1.0',
      linkVersions: [1],
      applied: null,
      capabilities: [],
      ...part,
    });
  }

  send(frame: AgentFrame): void {
    this.sendRaw(JSON.stringify(frame));
  }

  sendRaw(data: string | Buffer): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(data);
  }

  /** Says that a document holds. */
  apply(desired: FrameOf<'desired'>, inSync = true): void {
    const { epoch, revision, digest } = desired;
    this.send({ type: 'applied', epoch, revision, digest, inSync, results: [] });
  }

  /** Says that everything in a document is up and bound. */
  reportBound(desired: FrameOf<'desired'>, part: Partial<NodeStatus> | ((status: NodeStatus) => object) = {}): void {
    const status = statusOf(desired);
    const more = typeof part === 'function' ? part(status) : part;
    this.send({ type: 'status', full: true, status: { ...status, ...more } });
  }

  /** The first frame of a kind at or after `from` that fits, waiting for it. */
  async next<Kind extends ManagerFrame['type']>(
    kind: Kind,
    fits: (frame: FrameOf<Kind>) => boolean = () => true,
    from = 0,
  ): Promise<FrameOf<Kind>> {
    const find = (): FrameOf<Kind> | undefined =>
      this.frames
        .slice(from)
        .find((frame): frame is FrameOf<Kind> => frame.type === kind && fits(frame as FrameOf<Kind>));
    await this.until(() => find() !== undefined, `a frame '${kind}'`);
    return find() as FrameOf<Kind>;
  }

  /** The close code, waiting for it. */
  async closed(): Promise<number> {
    await this.until(() => this.closeCode !== undefined, 'the close of the connection');
    return this.closeCode ?? 0;
  }

  /** Says nothing more by itself, and keeps the connection. */
  silence(): void {
    clearInterval(this.heart);
  }

  /** Ends the connection without a word, as a power cut would. */
  vanish(): void {
    this.socket.terminate();
  }

  close(): void {
    this.socket.close();
  }

  private wake(): void {
    for (const waiter of this.waiters) waiter();
  }

  private until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.delete(check);
        const seen = this.frames.map(({ type }) => type).join(', ');
        reject(
          new Error(`waited ${WAIT_MS} ms for ${what}; frames: ${seen || 'none'}; closed: ${this.closeCode ?? 'no'}`),
        );
      }, WAIT_MS);
      const check = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.waiters.delete(check);
        resolve();
      };
      this.waiters.add(check);
      check();
    });
  }
}

function statusOf({ document }: FrameOf<'desired'>): NodeStatus {
  return {
    nodeId: document.node.nodeId,
    nodeIdSource: 'directory',
    moduleLoaded: true,
    moduleVersion: '0.1.0',
    kernel: '6.1.0',
    acting: 'manager',
    conditions: [],
    vms: document.vms.map(({ vmId, name }) => ({ vmId, name, state: 'up', managed: true })),
    processes: document.vms.flatMap(({ vmId, processes }) =>
      processes.map(({ nr, name }) => ({
        vmId,
        nr,
        name,
        state: 'bound' as const,
        endpoint: 32_768 + nr,
        pid: 1000 + nr,
        unit: `drvs-${vmId}-p${nr}.service`,
        activity: 'receiving',
        messagesSent: 0,
        bytesCopied: 0,
      })),
    ),
  };
}
