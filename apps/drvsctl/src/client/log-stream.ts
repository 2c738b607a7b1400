// SPDX-License-Identifier: Apache-2.0
// The journal of a process, line by line.
import { journalEntrySchema, type JournalEntry } from '@drvs/contracts';
import { z } from 'zod';
import { CliError, EXIT } from '../errors.js';
import { notUnderstood, type Client } from './client.js';
import { refusal } from './refusal.js';

const MAX_LINE = 1024 * 1024;
const endSchema = z.object({ end: z.object({ code: z.string(), message: z.string() }) });
const lineSchema = z.union([journalEntrySchema, endSchema]);

export interface LogWish {
  readonly vm: string;
  readonly process: string;
  readonly lines: number;
  readonly follow: boolean;
}

/** @throws CliError when the manager refuses, or the journal breaks off */
export async function* readLog(client: Client, wish: LogWish, signal: AbortSignal): AsyncGenerator<JournalEntry> {
  const path = `processes/${encodeURIComponent(wish.vm)}/${encodeURIComponent(wish.process)}/log`;
  const query = { lines: String(wish.lines), follow: String(wish.follow) };
  const headers = { accept: 'application/x-ndjson' };
  const opened = await client.transport.stream({ method: 'GET', path, query, headers, signal });
  if ('status' in opened) throw refusal(opened, client.settings);
  let rest = '';
  try {
    for await (const chunk of opened) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw notUnderstood(path, 'a line without end');
      for (const line of lines) if (line !== '') yield parseLine(line, path);
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof CliError) throw error;
    throw broken('Unreachable', error instanceof Error ? error.message : String(error));
  }
}

function parseLine(line: string, path: string): JournalEntry {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw notUnderstood(path, 'a line that is not JSON');
  }
  const parsed = lineSchema.safeParse(json);
  if (!parsed.success) throw notUnderstood(path, parsed.error.issues[0]?.message ?? 'wrong shape');
  if ('end' in parsed.data) throw broken(parsed.data.end.code, parsed.data.end.message);
  return parsed.data;
}

function broken(code: string, why: string): CliError {
  return new CliError(code, EXIT.unreachable, `the journal broke off: ${why}`, 'ask again: nothing of it is lost');
}
