// SPDX-License-Identifier: Apache-2.0
// All sessions of this replica: who holds one, who gets which document, and who has not been heard for too long.
import { Injectable } from '@nestjs/common';
import { LEASE_SECONDS, LINK_CLOSE } from '@drvs/contracts';
import { Clock } from '../common/clock.js';
import type { DesiredState } from '../topology/desired-state.js';
import { DesiredService } from '../topology/desired.service.js';
import type {
  AgentSession,
  Applied,
  EventFrame,
  Hello,
  Reply,
  SessionHandlers,
  SessionRefusal,
  StatusFrame,
  Welcome,
} from './agent-session.js';
import { HelloService } from './hello.service.js';
import { StatusRecorder } from './status.recorder.js';

/** Told of sessions by those who ask agents for something. */
export interface SessionListener {
  /** A session lives: what is to be asked can be. */
  welcomed?(session: AgentSession): void;
  replied?(session: AgentSession, reply: Reply): void;
  /** It will answer nothing more. */
  closed?(session: AgentSession): void;
}

const LEASE_MS = LEASE_SECONDS * 1000;
/** A connection that has not said hello by then is closed. */
const HELLO_MS = 10_000;

@Injectable()
export class AgentSessions implements SessionHandlers {
  private readonly live = new Map<string, AgentSession>();
  private readonly newcomers = new Set<AgentSession>();
  /** Ended sessions of nodes whose lease has not ended. */
  private readonly lost = new Map<string, AgentSession>();
  /** Sessions of disabled nodes and when they end at the latest: they first get the document that says so. */
  private readonly ending = new Map<AgentSession, number>();
  private readonly listeners = new Set<SessionListener>();
  private stopWatching: (() => void) | undefined;

  constructor(
    private readonly greeter: HelloService,
    private readonly desired: DesiredService,
    private readonly recorder: StatusRecorder,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.stopWatching = this.desired.onChange((system, state) => this.desiredChanged(system, state));
  }

  /** Ends every session: the agents go to another replica, or come back to this one. */
  stop(): void {
    this.stopWatching?.();
    const refusal = { close: LINK_CLOSE.goingAway, code: 'GoingAway', message: 'the manager stops' };
    for (const session of [...this.live.values(), ...this.newcomers]) session.refuse(refusal);
  }

  get size(): number {
    return this.live.size;
  }

  /** All live sessions. */
  all(): readonly AgentSession[] {
    return [...this.live.values()];
  }

  /** Returns what ends it. */
  listen(listener: SessionListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Resolves when the database has been told of the sessions that there are now. */
  recorded(): Promise<void> {
    return this.recorder.recorded();
  }

  find(system: string, nodeUuid: string): AgentSession | undefined {
    return this.live.get(`${system} ${nodeUuid}`);
  }

  /** When a node was last heard on this replica (milliseconds since 1970), while its lease lasts. */
  lastHeard(system: string, nodeUuid: string): number | undefined {
    const key = `${system} ${nodeUuid}`;
    return (this.live.get(key) ?? this.lost.get(key))?.lastFrameAt;
  }

  /** An authenticated connection that has yet to say hello. */
  admit(session: AgentSession): void {
    this.newcomers.add(session);
  }

  hello(session: AgentSession, hello: Hello): Promise<Welcome | SessionRefusal> {
    const holder = this.find(session.identity.system, session.node.uuid);
    const heard = holder !== undefined && holder !== session && this.clock.now() - holder.lastFrameAt < LEASE_MS;
    return this.greeter.answer(session, hello, heard ? holder : undefined);
  }

  welcomed(session: AgentSession): void {
    const { system } = session.identity;
    const key = keyOf(session);
    const holder = this.live.get(key);
    this.newcomers.delete(session);
    this.live.set(key, session);
    this.lost.delete(key);
    if (holder !== undefined && holder !== session) {
      const message = 'the same machine has connected again';
      holder.refuse({ close: LINK_CLOSE.superseded, code: 'Superseded', message });
    }
    if (session.hello !== undefined) this.recorder.connected(system, session.node, session.hello);
    const state = this.desired.find(system);
    if (state !== undefined) offer(session, state);
    for (const listener of this.listeners) listener.welcomed?.(session);
  }

  replied(session: AgentSession, reply: Reply): void {
    for (const listener of this.listeners) listener.replied?.(session, reply);
  }

  present(session: AgentSession): DesiredState | undefined {
    return this.desired.find(session.identity.system);
  }

  applied(session: AgentSession, frame: Applied): void {
    this.recorder.applied(session.identity.system, session.node, frame);
    if (frame.inSync && frame.digest === session.sentDigest && this.ending.has(session)) endDisabled(session);
  }

  status(session: AgentSession, frame: StatusFrame): void {
    this.recorder.status(session.identity.system, session.node, frame.status);
  }

  events(session: AgentSession, frame: EventFrame): void {
    this.recorder.events(session.identity.system, session.node, frame.events);
  }

  closed(session: AgentSession): void {
    for (const listener of this.listeners) listener.closed?.(session);
    this.newcomers.delete(session);
    this.ending.delete(session);
    const key = keyOf(session);
    if (this.live.get(key) !== session) return;
    this.live.delete(key);
    this.lost.set(key, session);
  }

  /** Sends everyone the present revision, so that agents a change does not touch know that they are current. */
  pingAll(): void {
    for (const session of this.live.values()) {
      const state = this.desired.find(session.identity.system);
      session.ping(state?.epoch ?? null, state?.revision ?? null);
    }
  }

  /** Ends what has been silent for too long, and says Unknown of nodes whose lease is over. */
  sweep(): void {
    const now = this.clock.now();
    for (const session of this.live.values()) {
      if (now - session.lastFrameAt >= LEASE_MS) session.cut();
    }
    for (const [key, session] of this.lost) {
      if (now - session.lastFrameAt < LEASE_MS) continue;
      this.lost.delete(key);
      this.recorder.unknown(session.identity.system, session.node, session.lastFrameAt);
    }
    for (const session of this.newcomers) {
      const message = `no hello within ${HELLO_MS / 1000} s`;
      if (now - session.lastFrameAt < HELLO_MS) continue;
      session.refuse({ close: LINK_CLOSE.badFrame, code: 'HelloExpected', message });
    }
    for (const [session, deadline] of this.ending) if (now >= deadline) endDisabled(session);
  }

  private desiredChanged(system: string, state: DesiredState): void {
    for (const [key, session] of this.live) {
      if (session.identity.system !== system) continue;
      const node = state.nodeByUuid(session.node.uuid) ?? state.nodeByDn(session.node.dn);
      if (node === undefined) {
        const message = `${session.node.dn} is no longer a node of '${system}'`;
        session.refuse({ close: LINK_CLOSE.unauthorised, code: 'NodeGone', message });
        continue;
      }
      session.node = node;
      if (keyOf(session) !== key) {
        this.live.delete(key);
        this.live.set(keyOf(session), session);
      }
      if (node.adminState !== 'disabled') this.ending.delete(session);
      else if (!this.ending.has(session)) this.ending.set(session, this.clock.now() + LEASE_MS);
      offer(session, state);
    }
  }
}

function keyOf(session: AgentSession): string {
  return `${session.identity.system} ${session.node.uuid}`;
}

function offer(session: AgentSession, state: DesiredState): void {
  const digested = state.documentOf(session.node.uuid);
  if (digested !== undefined) session.offer({ epoch: state.epoch, revision: state.revision, ...digested });
}

function endDisabled(session: AgentSession): void {
  const message = `${session.node.dn} is disabled: ${session.node.adminReason ?? 'no reason given'}`;
  session.refuse({ close: LINK_CLOSE.unauthorised, code: 'NodeDisabled', message });
}
