// SPDX-License-Identifier: Apache-2.0
import type { SyncHandler, SyncOptions, SyncSession } from './types.js';

/**
 * Follows a subtree by RFC 4533 refreshAndPersist until closed: connects, reconnects, keeps alive, and hands over batches
 * one at a time. Never rejects: what is wrong is in `status()`.
 */
export function openSync(_options: SyncOptions, _handler: SyncHandler): SyncSession {
  throw new Error('openSync: not built yet');
}
