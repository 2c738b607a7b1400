// SPDX-License-Identifier: Apache-2.0
// The best way of following: one search that never ends (RFC 4533, refreshAndPersist).
import { DirectoryError } from '../client/errors.js';
import { connectionError, handlerError, resultError } from '../client/result-errors.js';
import { type Attempt, isFiltered, searchOf } from './attempt.js';
import { BatchPump } from './batch-pump.js';
import { decodeResult, type LdapMessage, OP } from './messages.js';
import { Collector } from './refresh.js';
import { MANAGE_DSA_IT, syncRequest } from './sync-protocol.js';

/** Follows until the connection ends; gives the reason. */
export async function persist(attempt: Attempt): Promise<DirectoryError> {
  const { connection } = attempt;
  const cookie = attempt.cookie();
  attempt.sent = cookie !== undefined;
  const collector = new Collector({ cookie, filtered: isFiltered(attempt) });
  const pump = pumpOf(attempt, collector);
  connection.search(searchOf(attempt), [syncRequest('refreshAndPersist', cookie), MANAGE_DSA_IT], (message) => {
    if (message.op === OP.searchDone) throw searchOver(attempt, message, collector.refreshed);
    collector.accept(message);
    pump.poke();
  });
  const error = await connection.whenEnded();
  await pump.stop();
  return error;
}

function pumpOf(attempt: Attempt, collector: Collector): BatchPump {
  const { connection, settings } = attempt;
  const { quietMs, maxBatchMs } = settings;
  return new BatchPump({
    collector,
    quietMs,
    maxBatchMs,
    holds: () => settings.holdBatch(),
    wrap: (cookie) => attempt.wrap(cookie),
    deliver: (batch, cookie) => attempt.accept({ batch, cookie }),
    refused: (error) => connection.fail(error instanceof DirectoryError ? error : handlerError(error)),
    pause: () => connection.pause(),
    resume: () => {
      if (connection.paused) connection.resume();
    },
  });
}

/** The server ended a search that was meant to go on for ever. */
function searchOver({ connection, settings }: Attempt, { body }: LdapMessage, refreshed: boolean): DirectoryError {
  const result = decodeResult(body);
  if (result.code !== 0) return resultError(`Following ${settings.base} at ${connection.url}`, result);
  if (refreshed) return connectionError(connection.url, new Error('the server ended the search'));
  return new DirectoryError(
    'SyncRefused',
    `${connection.url} ended a search that was to go on: it does not follow changes (RFC 4533, refreshAndPersist).`,
    'Load the overlay syncprov (slapd) or the Content Sync plugin (389 Directory Server).',
  );
}
