// SPDX-License-Identifier: Apache-2.0
import type { Entry } from '../entry.js';
import type { Filter, ServerOptions } from '../sync/types.js';

/** Attribute name -> value or values, as written to the directory. */
export type AttributeValues = Readonly<Record<string, string | readonly string[]>>;

export interface Modification {
  readonly op: 'add' | 'delete' | 'replace';
  readonly attribute: string;
  /** With `delete` and no values at all: the whole attribute. */
  readonly values: readonly string[];
  /** Values that are not text, in base64. */
  readonly binary?: readonly string[];
}

/** One write, as a change set lists it. */
export type WriteOperation =
  | {
      readonly op: 'add';
      readonly dn: string;
      readonly attributes: Readonly<Record<string, readonly string[]>>;
      /** Values that are not text, in base64. */
      readonly binary?: Readonly<Record<string, readonly string[]>>;
    }
  | { readonly op: 'modify'; readonly dn: string; readonly changes: readonly Modification[] }
  | { readonly op: 'delete'; readonly dn: string }
  | { readonly op: 'rename'; readonly dn: string; readonly newRdn: string; readonly newSuperior?: string };

export interface SearchOptions {
  readonly scope?: 'base' | 'one' | 'sub';
  readonly filter?: Filter;
  /** Default: all user attributes and the operational ones of {@link Entry}. */
  readonly attributes?: readonly string[];
  /** Entries at most; more is the error `SizeLimitExceeded`. Default 0: no limit asked. */
  readonly sizeLimit?: number;
  /** Entries per page (RFC 2696); default 500, 0 = not paged. */
  readonly pageSize?: number;
}

export interface DirectoryOptions extends ServerOptions {
  /** Milliseconds for one operation; default 10,000. */
  readonly operationTimeoutMs?: number;
  /**
   * DN in whose name to write: the server judges that person's rights and names them in modifiersName (proxied
   * authorization, RFC 4370). Default: the bind DN's own.
   */
  readonly actAs?: string;
}

/**
 * One authenticated identity on one directory: every method rejects with a `DirectoryError`. Connects when first used,
 * and again after a broken connection, through the URLs in order.
 */
export interface LdapDirectory {
  /** Entries found, in the server's order; parents are linked where both are in the result. */
  search(base: string, options?: SearchOptions): Promise<Entry[]>;
  /** One entry, undefined when there is none or it may not be seen. */
  read(dn: string): Promise<Entry | undefined>;
  add(dn: string, attributes: AttributeValues): Promise<void>;
  modify(dn: string, changes: readonly Modification[]): Promise<void>;
  delete(dn: string): Promise<void>;
  rename(dn: string, newRdn: string, newSuperior?: string): Promise<void>;
  /**
   * Carries out one operation of a change set.
   *
   * @param ifCsn only while the entry has this entryCSN, else `AssertionFailed`: by the assertion control (RFC 4528) where
   *   the server offers it; else by reading first and, of a modification, by deleting the old values by name
   */
  write(operation: WriteOperation, ifCsn?: string): Promise<void>;
  close(): Promise<void>;
}
