// SPDX-License-Identifier: Apache-2.0
// Collects the messages of one content synchronisation into what the next batch will say.
import { DirectoryError } from '../client/errors.js';
import { malformed } from './ber.js';
import { mergeCookies } from './csn-set.js';
import { decodeIntermediate, decodeReference, decodeSearchEntry, type LdapMessage, OP } from './messages.js';
import { decodeSyncInfo, type SyncDone, SYNC_OID, type SyncInfo, syncStateOf } from './sync-protocol.js';
import { toSyncedEntry } from './synced-entry.js';
import type { SyncBatch, SyncChange } from './types.js';

export interface CollectorOptions {
  /** Cookie of the server that the session began with: it covers what the caller has. */
  readonly cookie?: Buffer;
  /** The search asks for no synchronisation: entries have no state. */
  readonly plain?: boolean;
  /** The search has a filter. */
  readonly filtered?: boolean;
}

/** A search without synchronisation, where it was asked for. */
function syncIgnored(): DirectoryError {
  return new DirectoryError(
    'SyncRefused',
    'The server sends entries without their sync state: it ignores that content synchronisation (RFC 4533) is wanted.',
    'Load the overlay syncprov (slapd) or the Content Sync plugin (389 Directory Server).',
  );
}

function identityMissing(dn: string): DirectoryError {
  return new DirectoryError(
    'IdentityMissing',
    `The entry ${dn} came without entryUUID or nsUniqueId, so a rename could not be told from a deletion.`,
    'Let this account read entryUUID, or use a server that has it (RFC 4530).',
  );
}

function referred(urls: readonly string[]): DirectoryError {
  return new DirectoryError(
    'Referral',
    `A part of the tree is kept by another server: ${urls.join(' ')}. What is read here would not be the whole.`,
    'Move the records below the base onto one server, or follow a base that has no referrals below it.',
  );
}

export class Collector {
  private changes: SyncChange[] = [];
  private present = new Set<string>();
  private presentPhase = false;
  private refreshTaken = false;
  private cookieNews = false;
  private deletions = 0;
  /** Covers what was collected so far. */
  cookie: Buffer | undefined;
  /** True once the refresh is over and changes come as they happen. */
  refreshed = false;

  constructor(private readonly options: CollectorOptions = {}) {
    this.cookie = options.cookie;
  }

  /** Changes waiting to be taken; a new cookie counts as one. */
  get size(): number {
    return this.changes.length + (this.cookieNews ? 1 : 0);
  }

  /** True when a change waiting to be taken deletes something. */
  get hasDeletions(): boolean {
    return this.deletions > 0;
  }

  /** True when entries that are not named are gone, but for those said to be present. */
  get isPresentPhase(): boolean {
    return this.presentPhase;
  }

  /** Takes in one message of the search, but its end. */
  accept(message: LdapMessage): void {
    if (message.op === OP.searchEntry) this.acceptEntry(message);
    else if (message.op === OP.intermediate) {
      const { name, value } = decodeIntermediate(message.body);
      const info = name === SYNC_OID.info ? decodeSyncInfo(value) : undefined;
      if (info) this.acceptInfo(info);
    } else if (message.op === OP.searchReference) {
      throw referred(decodeReference(message.body));
    } else {
      throw malformed(`operation 0x${message.op.toString(16)} during a search`);
    }
  }

  /** The search is over, and with it the refresh. */
  finish(done: SyncDone | undefined): void {
    if (done === undefined && !this.options.plain) throw syncIgnored();
    this.keepCookie(done?.cookie);
    this.presentPhase ||= done?.refreshDeletes === false;
    this.refreshed = true;
  }

  /** What was collected since the last take. */
  take(wrap: (cookie: Buffer) => string): SyncBatch {
    const { cookie: trusted, filtered } = this.options;
    const wasRefresh = this.refreshed && !this.refreshTaken;
    this.refreshTaken ||= this.refreshed;
    const batch: SyncBatch = {
      phase: wasRefresh ? 'refresh' : 'persist',
      changes: this.changes,
      unnamed: !wasRefresh ? 'keep' : !trusted ? 'absent' : this.presentPhase ? 'absent-except-present' : 'keep',
      present: this.present,
      ...(filtered && { filtered }),
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
    const merged = mergeCookies(this.cookie, cookie);
    this.cookieNews ||= this.cookie === undefined || !this.cookie.equals(merged);
    this.cookie = merged;
  }

  private acceptEntry(message: LdapMessage): void {
    if (this.options.plain) {
      this.put(message);
      return;
    }
    const state = syncStateOf(message.controls);
    if (state === undefined) throw syncIgnored();
    this.keepCookie(state.cookie);
    if (state.state === 'present') this.present.add(state.uuid);
    else if (state.state === 'delete') this.delete(state.uuid);
    else this.put(message, state.uuid);
  }

  private put(message: LdapMessage, uuid?: string): void {
    const { dn, attributes } = decodeSearchEntry(message.body);
    const entry = toSyncedEntry(dn, attributes, uuid);
    if (entry === undefined) throw identityMissing(dn);
    this.changes.push({ kind: 'put', entry });
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
