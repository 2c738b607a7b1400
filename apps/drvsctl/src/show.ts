// SPDX-License-Identifier: Apache-2.0
// Shows a view once, or again and again as things change.
import { setTimeout as delay } from 'node:timers/promises';
import { followEvents } from './client/event-stream.js';
import { CliError, EXIT } from './errors.js';
import { asData, asItem } from './output/format.js';
import type { Session } from './session.js';
import type { View } from './views/view.js';

/** Events come in bursts (one LDAP change binds a dozen processes): one redraw for what arrives within this. */
const SETTLE_MS = 200;
/** While events arrive by themselves, a redraw this often only keeps the ages right. */
const QUIET_SECONDS = 5;

/** Home and clear to the end: the picture is replaced in place. */
const REDRAW = '\x1b[H\x1b[J';

export async function show<Value>(session: Session, view: View<Value>): Promise<void> {
  const value = await view.read(session.client);
  session.terminal.stdout.write(
    session.format === 'table' ? `${view.draw(value, session.layout())}\n` : asData(value, session.format),
  );
}

/**
 * Shows the view whenever an event arrives; every `pollSeconds` while there are no events to be had. A manager that
 * cannot be reached is said so above the last picture, and asked again.
 */
export async function watch<Value>(session: Session, view: View<Value>, pollSeconds: number): Promise<void> {
  const { interrupted } = session.terminal;
  const bell = new Bell();
  let live = false;
  const listening = listen(session, bell, (now) => (live = now));
  let last: string | undefined;
  try {
    while (!interrupted.aborted) {
      last = await drawOnce(session, view, last);
      await bell.wait((live ? Math.max(QUIET_SECONDS, pollSeconds) : pollSeconds) * 1000, interrupted);
      await delay(SETTLE_MS, undefined, { signal: interrupted }).catch(() => undefined);
      bell.silence();
    }
  } finally {
    await listening;
  }
}

/** Draws the present state, or the error above the last one; returns what to show beside the next error. */
async function drawOnce<Value>(
  session: Session,
  view: View<Value>,
  last: string | undefined,
): Promise<string | undefined> {
  const { stdout, stderr, isTerminal } = session.terminal;
  try {
    const value = await view.read(session.client);
    if (session.format !== 'table') {
      const item = asItem(value, session.format);
      if (item !== last) stdout.write(item);
      return item;
    }
    const text = view.draw(value, session.layout());
    if (isTerminal) stdout.write(`${REDRAW}${text}\n`);
    else if (text !== last) stdout.write(`${text}\n\n`);
    return text;
  } catch (error) {
    if (!(error instanceof CliError) || error.exit !== EXIT.unreachable) throw error;
    const notice = session.layout().paint(`${error.message}; asking again`, 'bad');
    if (isTerminal && session.format === 'table') {
      stdout.write(`${REDRAW}${notice}\n\n${last === undefined ? '' : `Last known:\n${last}\n`}`);
    } else {
      stderr.write(`drvsctl: ${notice}\n`);
    }
    return last;
  }
}

/** Rings the bell at each event. A refusal to give events only means that polling remains. */
async function listen(session: Session, bell: Bell, live: (now: boolean) => void): Promise<void> {
  const connection = { opened: () => live(true), lost: () => live(false) };
  try {
    for await (const _ of followEvents(session.client, { follow: true }, connection, session.terminal.interrupted)) {
      bell.ring();
    }
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  } finally {
    live(false);
  }
}

/** Remembers that it was rung until somebody has waited for it. */
class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  silence(): void {
    this.rung = false;
  }

  /** Returns at the next ring, at once if it has rung, after `ms`, or when `signal` aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.rung || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
