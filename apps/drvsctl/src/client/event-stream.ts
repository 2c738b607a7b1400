// SPDX-License-Identifier: Apache-2.0
// Server-sent events as the HTML standard frames them, and a stream of them that survives lost connections.
import { setTimeout as delay } from 'node:timers/promises';
import { apiEventSchema, type ApiEvent } from '@drvs/contracts';
import { CliError, EXIT } from '../errors.js';
import { notUnderstood, type Client } from './client.js';
import { refusal } from './refusal.js';

/** Longest line accepted, in characters: one event is far smaller. */
const MAX_LINE = 1024 * 1024;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5_000;

export interface EventQuery {
  /** Id of the last event that is known; undefined = from now on. */
  readonly after?: string;
  /** False: end after the newest stored event. */
  readonly follow: boolean;
}

/** What the connection does, for people to be told. */
export interface Connection {
  opened(): void;
  lost(error: CliError, retryMs: number): void;
}

/**
 * Events in order, none twice and none left out: after a lost connection it goes on behind the last one given.
 * Ends when `signal` aborts, or at the newest event when not following.
 * @throws CliError when the manager refuses (a bad token is not retried)
 */
export async function* followEvents(
  client: Client,
  query: EventQuery,
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<ApiEvent> {
  let after = query.after;
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      for await (const frame of readOnce(client, { ...query, after }, connection, signal)) {
        attempt = 0;
        after = frame.id ?? after;
        if (frame.data !== undefined) yield parseEvent(frame.data);
      }
      if (!query.follow) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CliError) || error.exit !== EXIT.unreachable || !query.follow) throw error;
      const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
      connection.lost(error, wait);
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function* readOnce(
  client: Client,
  query: EventQuery,
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<Frame> {
  const opened = await client.transport.stream({
    method: 'GET',
    path: 'events',
    query: { after: query.after, follow: query.follow ? undefined : 'false' },
    headers: query.after === undefined ? {} : { 'last-event-id': query.after },
    signal,
  });
  if ('status' in opened) throw refusal(opened, client.settings);
  connection.opened();
  try {
    yield* eventFrames(opened);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw lostConnection(client, error);
  }
  // A stream that is followed has no end of its own: one that ends was cut.
  if (query.follow) throw lostConnection(client, new Error('it ended the stream'));
}

/** One frame: an event, or (without data) only the id from which to go on. */
export interface Frame {
  readonly id?: string;
  readonly data?: string;
}

/** Frames of an event stream; `data` lines are joined as the standard says, comments and other fields left out. */
export async function* eventFrames(chunks: AsyncIterable<string>): AsyncGenerator<Frame> {
  let rest = '';
  let data: string[] = [];
  let id: string | undefined;
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw notUnderstood('events', 'a line without end');
    for (const line of lines) {
      const [field, value] = splitField(line);
      if (field === 'data') data.push(value);
      else if (field === 'id') id = value;
      else if (line === '' && (data.length > 0 || id !== undefined)) {
        yield { id, data: data.length > 0 ? data.join('\n') : undefined };
        data = [];
        id = undefined;
      }
    }
  }
}

function splitField(line: string): [field: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
}

function parseEvent(data: string): ApiEvent {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    throw notUnderstood('events', 'an event that is not JSON');
  }
  const parsed = apiEventSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw notUnderstood('events', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`);
}

function lostConnection(client: Client, cause: unknown): CliError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CliError(
    'Unreachable',
    EXIT.unreachable,
    `the event stream of ${client.transport.origin} was lost: ${why}`,
    'it is opened again by itself',
  );
}
