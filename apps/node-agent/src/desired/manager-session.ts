// SPDX-License-Identifier: Apache-2.0
// The agent's end of the link: one TLS WebSocket to one of the managers, made again for as long as the agent lives.
import {
  LEASE_SECONDS,
  LINK_VERSION,
  MAX_FRAME_BYTES,
  PING_SECONDS,
  SESSION_SCHEME,
  encodeLinkCredentials,
  managerFrameSchema,
  type AgentFrame,
  type AppliedRef,
  type ManagerFrame,
  type PlacedDocument,
} from '@drvs/contracts';
import { WebSocket } from 'ws';
import { AgentError, errorSentence } from '../agent-error.js';
import { reconnectDelay } from './reconnect-delay.js';

/** Where managers are and whom to trust for them. */
export interface ManagerPlaces {
  readonly urls: readonly string[];
  /** PEM certificates; empty: those of the system. */
  readonly cas: readonly string[];
}

/** Frames that ask for something beside what is desired. */
export type ManagerRequest = Extract<
  ManagerFrame,
  { type: 'command' | 'elsewhere' | 'journal-open' | 'journal-more' | 'journal-close' }
>;

export interface SessionParts {
  readonly nodeDn: string;
  password(): Promise<string>;
  /** Asked at each attempt: a document may have changed them. */
  places(): ManagerPlaces;
  /** hello, made for each session. */
  hello(): Omit<Extract<AgentFrame, { type: 'hello' }>, 'type' | 'nodeDn' | 'linkVersions'>;
  /** What pings carry. */
  applied(): AppliedRef | null;
  insecure: boolean;
  onWelcome(): void;
  /** @param sent the document as it came, with fields that this agent may not know: the digest is over those, too */
  onDesired(placed: PlacedDocument, sent: unknown): void;
  /** Anything else that a live session brought. */
  onRequest(request: ManagerRequest): void;
  /** The session, or an attempt at one, has ended. `lived`: it had been welcomed. */
  onEnd(why: AgentError, lived: boolean): void;
  random?: () => number;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** The one refusal after the handshake that only a token can cause. */
const FOREIGN_TOKEN = 'TokenOfAnotherMachine';

/** The URL of a manager as a WebSocket's. Throws AgentError for what may not be used. */
export function linkUrl(text: string, insecure: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url)
    throw new AgentError('ManagerUrlInvalid', `${text} is no URL`, 'correct drvsManagerUrl in the system entry');
  url.protocol = url.protocol.replace(/^http/, 'ws');
  if (url.pathname === '/') {
    const remedy = 'write it with its path in the system entry, e.g. https://manager:8443/agent/v1/<system>';
    throw new AgentError('ManagerUrlInvalid', `drvsManagerUrl ${text} does not name a system`, remedy);
  }
  const secure = url.protocol === 'wss:';
  if (!secure && !(url.protocol === 'ws:' && insecure)) {
    throw new AgentError('ManagerUrlInsecure', `${text} is not encrypted`, 'use https:// in drvsManagerUrl');
  }
  return url;
}

export class ManagerSession {
  private socket: WebSocket | undefined;
  private token: string | undefined;
  private welcomed = false;
  private failures = 0;
  private turn = 0;
  private closed = false;
  private retry: NodeJS.Timeout | undefined;
  private beat: NodeJS.Timeout | undefined;
  private lastHeard = 0;

  constructor(private readonly parts: SessionParts) {}

  /** Begins to look for a manager; returns at once. */
  start(): void {
    void this.attempt();
  }

  /** True between welcome and the end of the session. */
  get live(): boolean {
    return this.welcomed;
  }

  /** Sends a frame if a session lives. Returns whether it was handed to the socket. */
  send(frame: AgentFrame): boolean {
    if (!this.welcomed) return false;
    this.write(frame);
    return true;
  }

  /** Ends the session so that a new one begins with hello, at once. */
  restart(reason: string): void {
    this.end(new AgentError('Restarted', reason));
  }

  /** Does not wait any longer for the next attempt: what is known of managers has changed. */
  retrySoon(): void {
    if (!this.retry || this.socket || this.closed) return;
    clearTimeout(this.retry);
    this.retry = undefined;
    void this.attempt();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    clearInterval(this.beat);
    this.socket?.close(1001);
    this.socket = undefined;
    this.welcomed = false;
  }

  private write(frame: AgentFrame): void {
    this.socket?.send(JSON.stringify(frame));
  }

  private async attempt(): Promise<void> {
    try {
      const socket = await this.open();
      if (this.closed) return void socket.terminate();
      this.watch(socket);
    } catch (error) {
      this.end(asLinkError(error));
    }
  }

  private async open(): Promise<WebSocket> {
    const { urls, cas } = this.parts.places();
    const text = urls[this.turn++ % Math.max(1, urls.length)];
    if (text === undefined) {
      throw new AgentError('ManagerUnknown', 'no manager is known', 'set drvsManagerUrl in the system entry');
    }
    const url = linkUrl(text, this.parts.insecure);
    const { nodeDn } = this.parts;
    const authorization = this.token
      ? `${SESSION_SCHEME} ${this.token}`
      : encodeLinkCredentials({ dn: nodeDn, password: await this.parts.password() });
    return new WebSocket(url, {
      headers: { authorization },
      ...(cas.length > 0 && { ca: [...cas] }),
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
  }

  private watch(socket: WebSocket): void {
    this.socket = socket;
    const current = (): boolean => this.socket === socket;
    socket.on('open', () => current() && this.greet());
    socket.on('message', (data) => current() && this.hear((data as Buffer).toString('utf8')));
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      if (current()) this.refusedAtDoor(response.statusCode ?? 0);
    });
    socket.on('error', (error) => current() && this.end(asLinkError(error)));
    socket.on('close', (code, reason) => {
      if (current())
        this.end(new AgentError('LinkClosed', `the manager closed the link (${code} ${reason.toString()})`));
    });
  }

  private greet(): void {
    this.lastHeard = performance.now();
    this.beat = setInterval(() => this.pulse(), PING_SECONDS * 1000);
    this.hello();
  }

  /** The first frame, and the answer to a manager that wants to start over. */
  private hello(): void {
    const { nodeDn } = this.parts;
    this.write({ type: 'hello', nodeDn, linkVersions: [LINK_VERSION], ...this.parts.hello() });
  }

  private pulse(): void {
    if (performance.now() - this.lastHeard > LEASE_SECONDS * 1000) {
      this.end(new AgentError('LinkSilent', `the manager has been silent for ${LEASE_SECONDS} s`));
    } else if (this.welcomed) {
      this.write(this.pulseFrame('ping'));
    }
  }

  private pulseFrame(type: 'ping' | 'pong'): AgentFrame {
    const applied = this.parts.applied();
    return { type, epoch: applied?.epoch ?? null, revision: applied?.revision ?? null };
  }

  private hear(text: string): void {
    this.lastHeard = performance.now();
    const frame = parseFrame(text);
    if (frame) this.obey(frame.parsed, frame.raw);
    else
      this.end(
        new AgentError(
          'BadFrame',
          'the manager sent a frame that this agent does not understand',
          'upgrade one of them',
        ),
      );
  }

  private obey(frame: ManagerFrame, raw: unknown): void {
    switch (frame.type) {
      case 'welcome':
        this.welcomed = true;
        this.failures = 0;
        this.token = frame.sessionToken;
        this.parts.onWelcome();
        break;
      case 'desired':
        if (this.welcomed) this.parts.onDesired(frame, (raw as { document: unknown }).document);
        break;
      case 'ping':
        this.write(this.pulseFrame('pong'));
        break;
      case 'pong':
        break;
      case 'resync':
        this.hello();
        break;
      case 'refused':
        if (frame.code === FOREIGN_TOKEN) this.token = undefined;
        this.end(new AgentError(frame.code, `the manager refuses this node: ${frame.message}`));
        break;
      case 'command':
      case 'elsewhere':
      case 'journal-open':
      case 'journal-more':
      case 'journal-close':
        if (this.welcomed) this.parts.onRequest(frame);
        break;
    }
  }

  private refusedAtDoor(status: number): void {
    const unauthorised = status === 401 || status === 403;
    // A token that is refused is tried no second time; the password may still do.
    const retryNow = unauthorised && this.token !== undefined;
    if (unauthorised) this.token = undefined;
    const remedy = unauthorised && !retryNow ? 'check /etc/drvs/ldap-password and the entry of this node' : undefined;
    this.end(new AgentError('ManagerRefused', `the manager answered ${status}`, remedy), retryNow);
  }

  private end(why: AgentError, retryNow = false): void {
    const lived = this.welcomed;
    const socket = this.socket;
    this.socket = undefined;
    this.welcomed = false;
    clearInterval(this.beat);
    socket?.on('error', () => undefined);
    socket?.terminate();
    if (this.closed) return;
    this.parts.onEnd(why, lived);
    const delay = retryNow ? 0 : reconnectDelay(this.failures++, this.parts.random);
    this.retry = setTimeout(() => {
      this.retry = undefined;
      void this.attempt();
    }, delay);
  }
}

function parseFrame(text: string): { readonly parsed: ManagerFrame; readonly raw: unknown } | undefined {
  try {
    const raw: unknown = JSON.parse(text);
    return { parsed: managerFrameSchema.parse(raw), raw };
  } catch {
    return undefined;
  }
}

function asLinkError(error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new AgentError(code ?? 'LinkFailed', `the manager cannot be reached: ${errorSentence(error)}`, undefined, {
    cause: error,
  });
}
