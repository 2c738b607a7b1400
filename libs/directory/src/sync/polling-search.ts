// SPDX-License-Identifier: Apache-2.0
// Following a server that does not tell by itself: asking again and again, for changes or for everything.
import { DirectoryError } from '../client/errors.js';
import { handlerError, resultError } from '../client/result-errors.js';
import { type Attempt, isFiltered, searchOf } from './attempt.js';
import { decodeResult, OP } from './messages.js';
import { Collector } from './refresh.js';
import { MANAGE_DSA_IT, syncDoneOf, syncRequest } from './sync-protocol.js';
import type { SyncRung } from './types.js';

type PollingRung = Exclude<SyncRung, 'refreshAndPersist'>;

/** Polls until the connection ends; gives the reason. */
export async function poll(attempt: Attempt, rung: PollingRung): Promise<DirectoryError> {
  const { connection, settings } = attempt;
  const end = connection.whenEnded();
  const running = turns(attempt, rung, rung === 'fullRead' ? settings.readMs : settings.pollMs);
  running.catch((error: unknown) => connection.fail(error instanceof DirectoryError ? error : handlerError(error)));
  const error = await end;
  // The handler is never called again after this, and never left behind.
  await running.catch(() => undefined);
  return error;
}

async function turns(attempt: Attempt, rung: PollingRung, everyMs: number): Promise<void> {
  const { connection } = attempt;
  const ended = connection.whenEnded().then((): true => true);
  for (;;) {
    const asOf = Date.now();
    const collector = await Promise.race([read(attempt, rung), ended]);
    if (collector === true) return;
    const isNews = attempt.sent ? collector.size > 0 || collector.isPresentPhase : true;
    const { cookie } = collector;
    const batch = collector.take((bytes) => attempt.wrap(bytes));
    await attempt.accept({ ...(isNews && { batch }), cookie, asOf });
    if (await Promise.race([pause(everyMs), ended])) return;
    attempt.climb();
  }
}

function pause(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}

/** One search from its beginning to its end. Settles only if the connection lives that long. */
function read(attempt: Attempt, rung: PollingRung): Promise<Collector> {
  const { connection, settings } = attempt;
  const cookie = rung === 'fullRead' ? undefined : attempt.cookie();
  attempt.sent = cookie !== undefined;
  const collector = new Collector({ cookie, plain: rung === 'fullRead', filtered: isFiltered(attempt) });
  const controls = rung === 'fullRead' ? [MANAGE_DSA_IT] : [syncRequest('refreshOnly', cookie), MANAGE_DSA_IT];
  return new Promise((resolve) => {
    connection.search(searchOf(attempt), controls, (message) => {
      if (message.op !== OP.searchDone) {
        collector.accept(message);
        return;
      }
      const result = decodeResult(message.body);
      if (result.code !== 0) throw resultError(`Reading ${settings.base} at ${connection.url}`, result);
      collector.finish(syncDoneOf(message.controls));
      resolve(collector);
    });
  });
}
