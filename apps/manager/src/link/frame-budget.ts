// SPDX-License-Identifier: Apache-2.0
// How much one agent may say: frames and bytes fill up at a steady rate to a burst, and answers that were asked for are
// free. Who spends more is flooding.
import { FRAME_RATE } from '@drvs/contracts';

/** A hello costs queries and a whole document: it counts as so many frames. */
const HELLO_COST = 20;

export class FrameBudget {
  private frames: number = FRAME_RATE.burst;
  private bytes: number = FRAME_RATE.burstBytes;
  private answers = 0;
  private at: number;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now: number) {
    this.at = now;
  }

  /** So many more answers have been asked for. */
  expect(answers: number): void {
    this.answers += answers;
  }

  /** Takes what a frame costs; false when there is not that much left. */
  spend(kind: string, bytes: number, now: number): boolean {
    this.refill(now);
    const asked = (kind === 'journal' || kind === 'outcome') && this.answers > 0;
    if (asked) this.answers--;
    else {
      this.frames -= kind === 'hello' ? HELLO_COST : 1;
      this.bytes -= bytes;
    }
    return this.frames >= 0 && this.bytes >= 0;
  }

  private refill(now: number): void {
    const seconds = Math.max(0, now - this.at) / 1000;
    this.at = now;
    this.frames = Math.min(FRAME_RATE.burst, this.frames + seconds * FRAME_RATE.perSecond);
    this.bytes = Math.min(FRAME_RATE.burstBytes, this.bytes + seconds * FRAME_RATE.bytesPerSecond);
  }
}
