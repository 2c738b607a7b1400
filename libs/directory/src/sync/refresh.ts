// SPDX-License-Identifier: Apache-2.0
// Collects the messages of one content synchronisation into what the next batch will say.
import { malformed } from './ber.js';
import { decodeIntermediate, decodeSearchEntry, type LdapMessage, OP } from './messages.js';
import { decodeSyncInfo, SYNC_OID, type SyncInfo, syncStateOf } from './sync-protocol.js';
import { toSyncedEntry } from './synced-entry.js';
import type { SyncBatch, SyncChange } from './types.js';

export class Collector {
  private changes: SyncChange[] = [];
  private present = new Set<string>();
  private presentPhase = false;
  private refreshTaken = false;
  private cookieNews = false;
  private deletions = 0;
  /** The last cookie the server gave. */
  cookie: Buffer | undefined;
  /** True once the refresh is over and changes come as they happen. */
  refreshed = false;

  /** @param trusted whether the session began with a cookie that covers what the caller has */
  constructor(private readonly trusted: boolean) {}

  /** Changes waiting to be taken; a new cookie counts as one. */
  get size(): number {
    return this.changes.length + (this.cookieNews ? 1 : 0);
  }

  /** True when a change waiting to be taken deletes something. */
  get hasDeletions(): boolean {
    return this.deletions > 0;
  }

  /** Takes in one message of the search, but its end. */
  accept(message: LdapMessage): void {
    if (message.op === OP.searchEntry) this.acceptEntry(message);
    else if (message.op === OP.intermediate) {
      const { name, value } = decodeIntermediate(message.body);
      const info = name === SYNC_OID.info ? decodeSyncInfo(value) : undefined;
      if (info) this.acceptInfo(info);
    } else if (message.op !== OP.searchReference) {
      throw malformed(`operation 0x${message.op.toString(16)} during a search`);
    }
  }

  /** What was collected since the last take. */
  take(wrap: (cookie: Buffer) => string): SyncBatch {
    const wasRefresh = this.refreshed && !this.refreshTaken;
    this.refreshTaken ||= this.refreshed;
    const batch: SyncBatch = {
      phase: wasRefresh ? 'refresh' : 'persist',
      changes: this.changes,
      unnamed: !wasRefresh ? 'keep' : !this.trusted ? 'absent' : this.presentPhase ? 'absent-except-present' : 'keep',
      present: this.present,
      cookie: this.cookie && wrap(this.cookie),
    };
    this.changes = [];
    this.present = new Set();
    this.cookieNews = false;
    this.deletions = 0;
    return batch;
  }

  private delete(uuid: string): void {
    this.changes.push({ kind: 'delete', uuid });
    this.deletions += 1;
  }

  private keepCookie(cookie: Buffer | undefined): void {
    if (cookie === undefined) return;
    this.cookieNews ||= this.cookie === undefined || !this.cookie.equals(cookie);
    this.cookie = cookie;
  }

  private acceptEntry(message: LdapMessage): void {
    const state = syncStateOf(message.controls);
    if (state === undefined) throw malformed('an entry without sync state');
    this.keepCookie(state.cookie);
    if (state.state === 'present') this.present.add(state.uuid);
    else if (state.state === 'delete') this.delete(state.uuid);
    else {
      const { dn, attributes } = decodeSearchEntry(message.body);
      const entry = toSyncedEntry(dn, attributes, state.uuid);
      if (entry) this.changes.push({ kind: 'put', entry });
    }
  }

  private acceptInfo(info: SyncInfo): void {
    this.keepCookie(info.cookie);
    switch (info.kind) {
      case 'newCookie':
        return;
      case 'idSet':
        for (const uuid of info.uuids) {
          if (info.deleted) this.delete(uuid);
          else this.present.add(uuid);
        }
        return;
      case 'refreshPresent':
        this.presentPhase = true;
        this.refreshed ||= info.refreshDone;
        return;
      case 'refreshDelete':
        this.refreshed ||= info.refreshDone;
        return;
    }
  }
}
