// SPDX-License-Identifier: Apache-2.0
// One agent's WebSocket: frames in and out, in order. Knows the protocol, not what becomes of it.
import { CAPABILITIES, JOURNAL_WINDOW, LINK_CLOSE, LINK_VERSION } from '@drvs/contracts';
import type { AgentFrame, DesiredNode, Epoch, ManagerFrame, PlacedDocument } from '@drvs/contracts';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../common/clock.js';
import { errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { FrameBudget } from './frame-budget.js';
import { readFrame } from './frame-reader.js';
import type { LinkIdentity } from './link-authenticator.js';

type FrameOf<Kind extends AgentFrame['type']> = Extract<AgentFrame, { type: Kind }>;
export type Hello = FrameOf<'hello'>;
export type Applied = FrameOf<'applied'>;
export type StatusFrame = FrameOf<'status'>;
export type EventFrame = FrameOf<'event'>;
export type Welcome = Extract<ManagerFrame, { type: 'welcome' }>;

/** What an agent says because it was asked. */
export type Reply = FrameOf<'outcome' | 'journal'>;
/** What may be asked of an agent that offers it in its hello. */
export type Request = Extract<
  ManagerFrame,
  { type: 'command' | 'elsewhere' | 'journal-open' | 'journal-more' | 'journal-close' }
>;

/** Why a session is ended by the manager. */
export interface SessionRefusal {
  readonly close: number;
  readonly code: string;
  readonly message: string;
}

/** What the manager does with what an agent says. Calls come one at a time, in the order of the frames. */
export interface SessionHandlers {
  /** Decides whether the session may live. */
  hello(session: AgentSession, hello: Hello): Promise<Welcome | SessionRefusal>;
  /** The welcome is sent: documents may follow. */
  welcomed(session: AgentSession): void;
  /** Epoch and revision of the desired topology now, for pongs. */
  present(session: AgentSession): { readonly epoch: Epoch; readonly revision: string } | undefined;
  applied(session: AgentSession, frame: Applied): void;
  status(session: AgentSession, frame: StatusFrame): void;
  events(session: AgentSession, frame: EventFrame): void;
  replied(session: AgentSession, reply: Reply): void;
  closed(session: AgentSession): void;
}

/** A peer that has this much unsent is disconnected: it comes back with its revision. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** Frames that may wait while a hello is being answered. */
const MAX_WAITING_FRAMES = 64;
/** WebSocket close reasons have at most 123 bytes. */
const MAX_REASON_BYTES = 120;

export class AgentSession {
  /** When the agent was last heard (milliseconds since 1970). */
  lastFrameAt: number;
  /** The node as the directory describes it now. */
  node: DesiredNode;
  /** entryCSN of the node's entry when the credentials were last known to be right. */
  verifiedCsn: string | null;
  /** The session token the agent holds. */
  token: string | undefined;
  /** The hello in force; undefined before the first is accepted. */
  hello: Hello | undefined;
  private sent: PlacedDocument | undefined;
  private acknowledged = true;
  private next: PlacedDocument | undefined;
  private turn: Promise<void> = Promise.resolve();
  private waiting = 0;
  private readonly budget = new FrameBudget(performance.now());
  private ended = false;

  constructor(
    private readonly socket: WebSocket,
    readonly identity: LinkIdentity,
    private readonly handlers: SessionHandlers,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.lastFrameAt = clock.now();
    this.node = identity.node;
    this.verifiedCsn = identity.csn;
    socket.on('message', (data, isBinary) => this.receive(data, isBinary));
    // `ws` closes by itself after a protocol error (1002, 1009); 'close' follows.
    socket.on('error', (error) => logger.warn({ node: this.node.dn, error: error.message }, 'agent link error'));
    socket.on('close', () => this.finish());
  }

  /** True from the first accepted hello to the end. */
  get live(): boolean {
    return this.hello !== undefined && !this.ended;
  }

  /** The digest last sent, undefined before the first document. */
  get sentDigest(): string | undefined {
    return this.sent?.digest;
  }

  /**
   * Wants the agent to have this document. While one is unacknowledged only the newest other is kept; one the agent
   * already has (same digest and epoch) is not sent again.
   */
  offer(place: PlacedDocument): void {
    if (!this.live) return;
    if (this.sent?.digest === place.digest && this.sent.epoch.uuid === place.epoch.uuid) {
      this.next = undefined;
    } else if (this.acknowledged) {
      this.sendDesired(place);
    } else {
      this.next = place;
    }
  }

  ping(epoch: Epoch | null, revision: string | null): void {
    if (this.live) this.send({ type: 'ping', epoch, revision });
  }

  /** Whether the agent said in its hello that it can do this. */
  offers(capability: keyof typeof CAPABILITIES): boolean {
    return this.hello?.capabilities.includes(CAPABILITIES[capability]) ?? false;
  }

  /** Asks the agent for something; only what it offers. */
  ask(request: Request): void {
    if (!this.live) return;
    this.budget.expect(answersTo(request));
    this.send(request);
  }

  /** Asks the agent to start over from hello. */
  resync(reason: string): void {
    this.send({ type: 'resync', reason });
  }

  /** Ends the session and says why. */
  refuse({ close, code, message }: SessionRefusal): void {
    if (this.ended) return;
    this.logger.info({ node: this.node.dn, code, message }, 'agent session ended by the manager');
    this.send({ type: 'refused', code, message });
    this.socket.close(close, Buffer.from(code).subarray(0, MAX_REASON_BYTES).toString());
    this.finish();
  }

  /** Cuts the connection of an agent that is not heard any more. */
  cut(): void {
    this.socket.terminate();
    this.finish();
  }

  private receive(data: RawData, isBinary: boolean): void {
    if (this.ended) return;
    this.lastFrameAt = this.clock.now();
    const read = readFrame(data, isBinary);
    if (typeof read === 'string') {
      this.refuse({ close: LINK_CLOSE.badFrame, code: 'BadFrame', message: `not a frame of link version 1: ${read}` });
    } else if (!this.budget.spend(read.frame.type, read.bytes, performance.now())) {
      const message = 'the agent sends more than the manager reads from one node';
      this.refuse({ close: LINK_CLOSE.tooMany, code: 'TooManyFrames', message });
    } else if (++this.waiting > MAX_WAITING_FRAMES) {
      const message = 'more frames than can wait for a hello';
      this.refuse({ close: LINK_CLOSE.tooMany, code: 'TooManyFrames', message });
    } else {
      this.turn = this.turn.then(() => this.handle(read.frame)).catch((error: unknown) => this.fail(error));
    }
  }

  private async handle(frame: AgentFrame): Promise<void> {
    this.waiting--;
    if (this.ended) return;
    if (frame.type === 'hello') return this.greet(frame);
    if (this.hello === undefined) {
      const message = `the first frame is '${frame.type}', not hello`;
      return this.refuse({ close: LINK_CLOSE.badFrame, code: 'HelloExpected', message });
    }
    switch (frame.type) {
      case 'applied':
        return this.acknowledge(frame);
      case 'status':
        return this.handlers.status(this, frame);
      case 'event':
        return this.handlers.events(this, frame);
      case 'outcome':
      case 'journal':
        return this.handlers.replied(this, frame);
      case 'ping':
        return this.pong();
      case 'resync':
        return this.resync(`as asked: ${frame.reason}`);
      case 'pong':
        return;
    }
  }

  private pong(): void {
    const present = this.handlers.present(this);
    this.send({ type: 'pong', epoch: present?.epoch ?? null, revision: present?.revision ?? null });
  }

  private async greet(hello: Hello): Promise<void> {
    if (!hello.linkVersions.includes(LINK_VERSION)) {
      const message = `the agent speaks link versions ${hello.linkVersions.join(', ')}, the manager ${LINK_VERSION}`;
      return this.refuse({ close: LINK_CLOSE.versionMismatch, code: 'VersionMismatch', message });
    }
    const answer = await this.handlers.hello(this, hello);
    if (this.ended) return;
    if ('close' in answer) return this.refuse(answer);
    this.hello = hello;
    this.token = answer.sessionToken;
    this.sent = undefined;
    this.next = undefined;
    this.acknowledged = true;
    this.send(answer);
    this.handlers.welcomed(this);
  }

  private acknowledge(frame: Applied): void {
    this.handlers.applied(this, frame);
    if (frame.digest !== this.sent?.digest) return;
    this.acknowledged = true;
    const next = this.next;
    this.next = undefined;
    if (next !== undefined) this.sendDesired(next);
  }

  private sendDesired(place: PlacedDocument): void {
    this.sent = place;
    this.acknowledged = false;
    this.send({ type: 'desired', ...place });
  }

  private send(frame: ManagerFrame): void {
    if (this.ended) return;
    if (this.socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.logger.warn({ node: this.node.dn }, 'the agent does not read: disconnected');
      this.socket.close(LINK_CLOSE.tooSlow, 'TooSlow');
      this.cut();
    } else {
      this.socket.send(JSON.stringify(frame));
    }
  }

  private fail(error: unknown): void {
    const message = `the manager cannot go on with this session now: ${errorText(error)}`;
    this.refuse({ close: LINK_CLOSE.goingAway, code: 'TryAgain', message });
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.handlers.closed(this);
  }
}

/** Frames that a request may be answered with. */
function answersTo(request: Request): number {
  switch (request.type) {
    case 'command':
      return 1;
    case 'journal-open':
      return JOURNAL_WINDOW;
    case 'journal-more':
      return request.frames;
    case 'elsewhere':
    case 'journal-close':
      return 0;
  }
}
