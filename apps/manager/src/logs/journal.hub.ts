// SPDX-License-Identifier: Apache-2.0
// Journals read on nodes for readers of this replica: over its own session with the node, or the replica's that has one.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { JournalEntry, JournalFrame } from '@drvs/contracts';
import { ApiRefusal } from '../common/api-error.js';
import { LOGGER, errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { Database } from '../database/database.js';
import type { AgentSession, Reply } from '../link/agent-session.js';
import { AgentSessions } from '../link/agent-sessions.js';
import { ReplicaStore } from '../link/replica.store.js';
import { Replica } from '../link/replica.js';
import { partsOf, relayWordSchema, type RelayWord } from './journal-relay.rules.js';

/** Which journal, and how much of it. */
export interface JournalWish {
  readonly system: string;
  readonly nodeUuid: string;
  readonly vmId: number;
  readonly nr: number;
  readonly lines: number;
  readonly follow: boolean;
}

/** Whoever reads. `last`: the agent's window has room again once this is dealt with. */
export type JournalSink = (part: {
  readonly entries: readonly JournalEntry[];
  readonly last: boolean;
  readonly end?: JournalFrame['end'];
}) => void;

export interface OpenJournal {
  /** So many frames have been dealt with. */
  more(frames: number): void;
  close(): void;
}

interface Stream {
  readonly sink: JournalSink;
  /** The session that reads it, or the replica that has one. */
  readonly source: AgentSession | string;
}

const LOST = { code: 'NodeLost', message: 'the connection to the node was lost: ask again when it is back' };
/** Whether another replica still has the session is asked this often. */
const CHECK_MS = 5_000;

@Injectable()
export class JournalHub {
  private readonly streams = new Map<string, Stream>();
  private closers: (() => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly sessions: AgentSessions,
    private readonly replicas: ReplicaStore,
    private readonly replica: Replica,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.closers = [
      this.sessions.listen({
        replied: (session, reply) => this.heard(session, reply),
        closed: (session) => this.sourceLost(session),
      }),
      this.database.subscribe('drvs_journal', (text) => this.relayed(text)),
    ];
  }

  stop(): void {
    for (const close of this.closers) close();
    for (const id of this.streams.keys()) this.finish(id, { code: 'GoingAway', message: 'the manager stops' });
  }

  /** @throws ApiRefusal when nobody has a session with the node, or its agent cannot */
  async open(wish: JournalWish, sink: JournalSink): Promise<OpenJournal> {
    const session = this.sessions.find(wish.system, wish.nodeUuid);
    const id = randomUUID();
    if (session !== undefined) return this.openHere(id, session, wish, sink);
    const holder = await this.replicas.findHolder(wish.system, wish.nodeUuid);
    if (holder === undefined || holder.replica === this.replica.id) {
      throw new ApiRefusal(503, 'NodeUnknown', 'the node is not connected, and its journal is on it', {
        remedy: 'Bring its agent back; GET nodes/<name> says since when it is gone.',
      });
    }
    return this.openThere(id, holder.replica, wish, sink);
  }

  private openHere(id: string, session: AgentSession, wish: JournalWish, sink: JournalSink): OpenJournal {
    if (!session.offers('journal')) {
      throw new ApiRefusal(409, 'AgentTooOld', "the node's agent cannot send its journal", {
        remedy: 'Upgrade drvs-node-agent on the node.',
      });
    }
    const { vmId, nr, lines, follow } = wish;
    this.streams.set(id, { sink, source: session });
    session.ask({ type: 'journal-open', id, vmId, nr, lines, follow });
    return {
      more: (frames) => this.streams.has(id) && session.ask({ type: 'journal-more', id, frames }),
      close: () => this.streams.delete(id) && session.ask({ type: 'journal-close', id }),
    };
  }

  private openThere(id: string, to: string, wish: JournalWish, sink: JournalSink): OpenJournal {
    this.streams.set(id, { sink, source: to });
    this.relay({ kind: 'open', to, from: this.replica.id, id, ...wish });
    const check = setInterval(() => void this.checkHolder(id, to, wish), CHECK_MS);
    return {
      more: (frames) => this.relay({ kind: 'more', to, id, frames }),
      close: () => {
        clearInterval(check);
        if (this.streams.delete(id)) this.relay({ kind: 'close', to, id });
      },
    };
  }

  private async checkHolder(id: string, to: string, wish: JournalWish): Promise<void> {
    const holder = await this.replicas.findHolder(wish.system, wish.nodeUuid).catch(() => ({ replica: to }));
    if (holder?.replica !== to) this.finish(id, LOST);
  }

  private heard(session: AgentSession, reply: Reply): void {
    if (reply.type !== 'journal') return;
    const stream = this.streams.get(reply.id);
    // Another node's reader is none of this node's business.
    if (stream?.source !== session) return;
    if (reply.end) this.streams.delete(reply.id);
    stream.sink({ entries: reply.entries, last: true, ...(reply.end && { end: reply.end }) });
  }

  private sourceLost(source: AgentSession): void {
    for (const [id, stream] of this.streams) if (stream.source === source) this.finish(id, LOST);
  }

  private finish(id: string, end: NonNullable<JournalFrame['end']>): void {
    const stream = this.streams.get(id);
    this.streams.delete(id);
    stream?.sink({ entries: [], last: true, end });
  }

  private relay(word: RelayWord): void {
    const sent = this.database.manager.query(`SELECT pg_notify('drvs_journal', $1)`, [JSON.stringify(word)]);
    sent.catch((error: unknown) => this.logger.warn({ error: errorText(error) }, 'a journal cannot be relayed'));
  }

  /** Remote readers of sessions here, by id. */
  private readonly lent = new Map<string, OpenJournal>();

  private relayed(text: string | undefined): void {
    if (text === undefined) return;
    const word = parseWord(text);
    if (word?.to !== this.replica.id) return;
    switch (word.kind) {
      case 'open':
        return this.lend(word);
      case 'more':
        return this.lent.get(word.id)?.more(word.frames);
      case 'close':
        this.lent.get(word.id)?.close();
        this.lent.delete(word.id);
        return;
      case 'part': {
        const stream = this.streams.get(word.id);
        if (word.end) this.streams.delete(word.id);
        return stream?.sink(word);
      }
    }
  }

  private lend(word: Extract<RelayWord, { kind: 'open' }>): void {
    const { id, from, system, nodeUuid } = word;
    const sink: JournalSink = ({ entries, end }) => {
      if (end) this.lent.delete(id);
      for (const part of partsOf({ type: 'journal', id, entries: [...entries], ...(end && { end }) }, from))
        this.relay(part);
    };
    const session = this.sessions.find(system, nodeUuid);
    try {
      if (session) this.lent.set(id, this.openHere(id, session, word, sink));
      else sink({ entries: [], last: true, end: LOST });
    } catch (error) {
      const { code, message } = error instanceof ApiRefusal ? error : { code: LOST.code, message: errorText(error) };
      sink({ entries: [], last: true, end: { code, message } });
    }
  }
}

function parseWord(text: string): RelayWord | undefined {
  try {
    return relayWordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
