// SPDX-License-Identifier: Apache-2.0
// Colours, only where a person looks at them, and text from elsewhere made harmless for a terminal.
import type { Terminal } from '../terminal.js';

const TONES = { good: '32', warn: '33', bad: '31', dim: '2', title: '1' } as const;
export type Tone = keyof typeof TONES;
export type Paint = (text: string, tone: Tone | undefined) => string;

/** Colours on a terminal unless NO_COLOR is set (no-color.org) or the terminal is `dumb`. */
export function paintFor(terminal: Terminal): Paint {
  const { NO_COLOR, TERM } = terminal.env;
  if (!terminal.isTerminal || (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb') return plain;
  return (text, tone) => (tone === undefined || text === '' ? text : `\x1b[${TONES[tone]}m${text}\x1b[0m`);
}

/** Text as it is. */
export const plain: Paint = (text) => text;

/** Names and messages come from a directory anybody may have written to: control characters are shown, not obeyed. */
export function harmless(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) =>
    character === '\n' || character === '\t' ? ' ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const STATE_TONES: Readonly<Record<string, Tone>> = {
  InSync: 'good',
  Progressing: 'warn',
  Degraded: 'bad',
  Reconnecting: 'warn',
  Unknown: 'bad',
  NeverSeen: 'dim',
  up: 'good',
  partial: 'warn',
  stopped: 'dim',
  down: 'bad',
  unknown: 'bad',
  bound: 'good',
  admitting: 'dim',
  starting: 'warn',
  stopping: 'warn',
  failed: 'bad',
  absent: 'bad',
};

/** Green where all is well, yellow on the way, red where somebody should look. */
export function stateTone(state: string): Tone | undefined {
  return STATE_TONES[state];
}
