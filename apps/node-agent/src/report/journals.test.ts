// SPDX-License-Identifier: Apache-2.0
// The journals, with programs that say what journalctl would say.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  JOURNAL_WINDOW,
  MAX_JOURNALS,
  MAX_JOURNAL_LINE_BYTES,
  journalFrameSchema,
  type JournalFrame,
} from '@drvs/contracts';
import { journalEntry } from './journal-reader.js';
import { Journals } from './journals.js';

const STAMP = '1767225600123456';
const line = (text: unknown): string =>
  JSON.stringify({ __REALTIME_TIMESTAMP: STAMP, MESSAGE: text, PRIORITY: '3', _PID: '42' });

describe('a line of journalctl', () => {
  test('is an entry: when, how bad, who and what', () => {
    expect(journalEntry(line('hello'))).toEqual({
      at: '2026-01-01T00:00:00.123Z',
      priority: 3,
      pid: 42,
      text: 'hello',
    });
    expect(journalEntry(line([104, 105, 255]))?.text).toBe('hi\uFFFD');
    expect(journalEntry(JSON.stringify({ __REALTIME_TIMESTAMP: STAMP }))).toMatchObject({
      priority: 6,
      pid: null,
      text: '',
    });
  });

  test('that is very long is cut, and what is no line is left out', () => {
    const long = journalEntry(line('x'.repeat(50_000)))?.text ?? '';
    expect([long.length, long.endsWith('...')]).toEqual([MAX_JOURNAL_LINE_BYTES - 1, true]);
    expect(journalEntry('-- No entries --')).toBeUndefined();
    expect(journalEntry('{"MESSAGE":"no time"}')).toBeUndefined();
  });
});

describe('journals', () => {
  let folder = '';
  let frames: JournalFrame[] = [];
  let wake = (): void => undefined;
  let journals: Journals;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drvs-journal-'));
    frames = [];
  });
  afterEach(async () => {
    journals.close();
    await rm(folder, { recursive: true });
  });

  /** Journals read by a shell script. */
  async function open(script: string): Promise<void> {
    const program = join(folder, 'journalctl');
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
    const send = (frame: JournalFrame): boolean => {
      frames.push(journalFrameSchema.parse(frame));
      wake();
      return true;
    };
    journals = new Journals(send, program);
  }
  const ask = (id: string, follow = false): void =>
    journals.hear({ type: 'journal-open', id, vmId: 7, nr: -2, lines: 5, follow });
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve));
  };
  const texts = (): string[] => frames.flatMap(({ entries }) => entries.map(({ text }) => text));

  test('reads the lines of the unit and says when that was all', async () => {
    await open(`echo '${line('one')}'; echo "{\\"__REALTIME_TIMESTAMP\\":\\"${STAMP}\\",\\"MESSAGE\\":\\"$*\\"}"`);
    ask('a');
    await until(() => frames.some(({ end }) => end !== undefined));
    expect(texts()[0]).toBe('one');
    expect(texts()[1]).toContain('--unit=drvs-7-t2.service --lines=5');
    expect(texts()[1]).not.toContain('--follow');
    expect(frames.at(-1)?.end?.code).toBe('End');
  });

  test('never sends more frames ahead than the window, whatever the program writes', async () => {
    await open(`while :; do echo '${line('y'.repeat(8_000))}'; done`);
    ask('a', true);
    await until(() => frames.length === JOURNAL_WINDOW);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(frames).toHaveLength(JOURNAL_WINDOW);
    journals.hear({ type: 'journal-more', id: 'a', frames: 2 });
    await until(() => frames.length === JOURNAL_WINDOW + 2);
    journals.hear({ type: 'journal-close', id: 'a' });
    journals.hear({ type: 'journal-more', id: 'a', frames: 2 });
    expect(frames).toHaveLength(JOURNAL_WINDOW + 2);
  });

  test('reads a few at once, and refuses another with what to do', async () => {
    await open('exec sleep 60');
    for (let each = 0; each < MAX_JOURNALS; each++) ask(String(each), true);
    ask('more', true);
    expect(frames).toEqual([
      expect.objectContaining({ id: 'more', end: expect.objectContaining({ code: 'TooManyJournals' }) }),
    ]);
    journals.hear({ type: 'journal-close', id: '0' });
    ask('another', true);
    expect(frames).toHaveLength(1);
  });

  test('says so where there is no journal to be read', async () => {
    await open('exit 1');
    ask('a');
    await until(() => frames.length === 1);
    expect(frames[0]?.end?.code).toBe('JournalUnavailable');
    journals = new Journals((frame) => (frames.push(frame), wake(), true), join(folder, 'none'));
    ask('b');
    await until(() => frames.length === 2);
    expect(frames[1]?.end).toMatchObject({ code: 'JournalUnavailable' });
  });
});
