// SPDX-License-Identifier: Apache-2.0
// One reader of the journal of one unit: journalctl's lines as frames, never more of them ahead than the other end takes.
import { spawn, type ChildProcess } from 'node:child_process';
import {
  JOURNAL_WINDOW,
  MAX_JOURNAL_FRAME_BYTES,
  MAX_JOURNAL_LINE_BYTES,
  type JournalEntry,
  type JournalFrame,
} from '@drvs/contracts';
import { z } from 'zod';
import { instant } from '../clock.js';

/** Lines are gathered this long, in milliseconds. */
const GATHER_MS = 100;
/** A line of journalctl beyond this is given up: no field that is asked for is so long. */
const MAX_RAW_LINE = 1024 * 1024;
const DEFAULT_PRIORITY = 6;

/** A field of journalctl's JSON: text, bytes where it is no UTF-8, several, or null where it is too long. */
const fieldSchema = z.union([z.string(), z.array(z.number().int().min(0).max(255)), z.null()]).catch(null);
const lineSchema = z.object({
  __REALTIME_TIMESTAMP: z.string().regex(/^\d{1,17}$/),
  MESSAGE: fieldSchema.optional(),
  PRIORITY: z
    .string()
    .regex(/^[0-7]$/)
    .optional()
    .catch(undefined),
  _PID: z
    .string()
    .regex(/^\d{1,10}$/)
    .optional()
    .catch(undefined),
});

function textOf(field: z.infer<typeof fieldSchema> | undefined): string {
  if (field === null || field === undefined) return '';
  const bytes = Buffer.from(field as string);
  if (bytes.length <= MAX_JOURNAL_LINE_BYTES) return bytes.toString('utf8');
  return `${bytes.subarray(0, MAX_JOURNAL_LINE_BYTES - 4).toString('utf8')}...`;
}

/** One line of `journalctl --output json`, undefined for what is none. */
export function journalEntry(line: string): JournalEntry | undefined {
  try {
    const { MESSAGE, PRIORITY, _PID, __REALTIME_TIMESTAMP: micros } = lineSchema.parse(JSON.parse(line));
    const at = instant(Math.floor(Number(micros) / 1000));
    const priority = PRIORITY === undefined ? DEFAULT_PRIORITY : Number(PRIORITY);
    return { at, priority, pid: _PID === undefined ? null : Number(_PID), text: textOf(MESSAGE) };
  } catch {
    return undefined;
  }
}

export interface JournalWish {
  readonly id: string;
  readonly unit: string;
  readonly lines: number;
  readonly follow: boolean;
}

export class JournalReader {
  private readonly child: ChildProcess;
  private credit = JOURNAL_WINDOW;
  private entries: JournalEntry[] = [];
  private rest = '';
  private timer: NodeJS.Timeout | undefined;
  private over: JournalFrame['end'];
  private closed = false;

  /**
   * @param send hands a frame on; false: there is nobody any more
   * @param onClosed called once, when nothing more will come
   */
  constructor(
    private readonly wish: JournalWish,
    private readonly send: (frame: JournalFrame) => boolean,
    private readonly onClosed: () => void,
    program = 'journalctl',
  ) {
    const { unit, lines, follow } = wish;
    const fields = '--output-fields=MESSAGE,PRIORITY,_PID';
    const options = ['--no-pager', '--quiet', '--all', '--output=json', fields, `--unit=${unit}`, `--lines=${lines}`];
    this.child = spawn(program, follow ? [...options, '--follow'] : options, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.take(text));
    this.child.on('error', (error) => this.ended('JournalUnavailable', `the journal cannot be read: ${error.message}`));
    this.child.on('close', (code) => {
      if (code === 0 || code === null) this.ended('End', 'all that there is');
      else this.ended('JournalUnavailable', `journalctl ended with status ${code}`);
    });
  }

  /** So many frames have gone on: as many more may be sent. */
  more(frames: number): void {
    this.credit = Math.min(JOURNAL_WINDOW, this.credit + frames);
    this.flush();
  }

  /** Ends the reader without another word. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.timer);
    this.child.stdout?.destroy();
    this.child.kill();
    this.onClosed();
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > MAX_RAW_LINE) this.rest = '';
    this.entries.push(...lines.flatMap((line) => journalEntry(line) ?? []));
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  private ended(code: string, message: string): void {
    this.over ??= { code, message };
    this.flush();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (!this.closed && this.credit > 0 && (this.entries.length > 0 || this.over)) this.sendOne();
    // Whatever cannot go on yet waits in the journal, not here.
    if (this.entries.length > 0) this.child.stdout?.pause();
    else this.child.stdout?.resume();
  }

  private sendOne(): void {
    const entries = this.cut();
    const last = this.entries.length === 0 ? this.over : undefined;
    this.credit--;
    const taken = this.send({ type: 'journal', id: this.wish.id, entries, ...(last && { end: last }) });
    if (!taken || last) this.close();
  }

  /** As many entries as one frame holds. */
  private cut(): JournalEntry[] {
    let bytes = 0;
    const end = this.entries.findIndex(({ text }) => (bytes += Buffer.byteLength(text) + 64) > MAX_JOURNAL_FRAME_BYTES);
    return this.entries.splice(0, end < 0 ? this.entries.length : Math.max(1, end));
  }
}
