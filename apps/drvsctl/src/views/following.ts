// SPDX-License-Identifier: Apache-2.0
// How the directory is followed, in words.
import type { SystemStatus } from '@drvs/contracts';
import type { Tone } from '../output/paint.js';

type Follower = SystemStatus['follower'];

/** The way of following that is never behind: not worth a word. */
const BEST_RUNG = 'refreshAndPersist';

const seconds = ({ stalenessSeconds }: Follower): string => `${String(Math.round(stalenessSeconds))} s`;

/** As the end of a sentence about the system. */
export function following(follower: Follower): string {
  if (follower.state !== 'current') return `directory ${follower.state}, ${seconds(follower)} behind`;
  if (follower.rung === BEST_RUNG) return 'following the directory';
  return `following the directory by ${follower.rung} only, ${seconds(follower)} behind`;
}

export function followingTone({ state, rung }: Follower): Tone {
  if (state !== 'current') return 'bad';
  return rung === BEST_RUNG ? 'good' : 'warn';
}
