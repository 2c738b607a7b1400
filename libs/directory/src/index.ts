// SPDX-License-Identifier: Apache-2.0
// Directory records <-> contracts, content synchronisation (RFC 4533), and the guard.
export { firstExpiry } from './client/certificate-expiry.js';
export { openDirectory, verifyPassword } from './client/ldap-directory.js';
export { DIRECTORY_ERROR_CODES, DirectoryError, type DirectoryErrorCode } from './client/errors.js';
export type {
  AttributeValues,
  DirectoryOptions,
  LdapDirectory,
  Modification,
  SearchOptions,
  WriteOperation,
} from './client/types.js';
export { operationsTo } from './changes/operations-to.js';
export { foresee } from './changes/outlook.js';
export {
  CHANGE_CODES,
  type ChangeCode,
  type ChangeFault,
  type ChangeInput,
  type ChangeOutlook,
  type ChangedEntry,
} from './changes/types.js';
export { isBelow, normalizeDn, parentDn } from './dn.js';
export { type Entry, type StoredEntry, restoreEntry, storeEntry } from './entry.js';
export { heldHash, judge } from './guard/judge.js';
export { type RefusePlan, planRefuse } from './guard/refuse.js';
export {
  type Adoption,
  EFFECT_KINDS,
  type Effect,
  type EffectKind,
  type GuardInput,
  type HeldChange,
  type HeldKind,
  type PastEffect,
  type Verdict,
} from './guard/types.js';
export { readLdif } from './ldif/read.js';
export { LDIF_CODES, type LdifCode, type LdifFile, type LdifProblem, type LdifRecord } from './ldif/types.js';
export { type LdifContent, writeLdifChanges, writeLdifContent } from './ldif/write.js';
export { parse } from './parse/parse.js';
export type { Loser, LoserName, ParseOptions, Parsed } from './parse/types.js';
export { type Difference, compareDocuments } from './project/compare.js';
export { canonicalDigest, digest } from './project/digest.js';
export { project } from './project/project.js';
export { type EntryChange, EntryStore, type Staged } from './sync/entry-store.js';
export { openSync } from './sync/session.js';
export {
  type Filter,
  SYNC_RUNGS,
  SYNC_STATES,
  type ServerOptions,
  type SyncBatch,
  type SyncChange,
  type SyncedEntry,
  type SyncHandler,
  type SyncOptions,
  type SyncRung,
  type SyncSession,
  type SyncState,
  type SyncStatus,
  type Unnamed,
} from './sync/types.js';
