// SPDX-License-Identifier: Apache-2.0
// One LDAP entry as the rest of the library sees it: user attributes by lower-case name, operational facts apart.

/** One entry of the directory. */
export interface Entry {
  /** entryUUID, lower case: the identity that survives a rename. */
  readonly uuid: string;
  /** entryUUID of the parent, where the parent is known too (not for the base entry). */
  readonly parentUuid?: string;
  /** DN as the server spells it; compare with `normalizeDn`. */
  readonly dn: string;
  /** First component of {@link dn}. */
  readonly rdn: string;
  /** User attributes: lower-case name -> values that are UTF-8 text. Never holds userPassword. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** Values that are not UTF-8 text, in base64, by lower-case name. */
  readonly binary?: ReadonlyMap<string, readonly string[]>;
  /** True when the server showed us that the entry has a userPassword. */
  readonly hasPassword?: boolean;
  /** entryCSN. */
  readonly csn?: string;
  /** Generalized time, e.g. `20260101120000Z`. */
  readonly createTimestamp?: string;
  /** DN of who last changed the entry. */
  readonly modifiersName?: string;
}

/** JSON form of an {@link Entry}, for a database column. */
export interface StoredEntry {
  readonly uuid: string;
  readonly parentUuid?: string;
  readonly dn: string;
  readonly rdn: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly binary?: Readonly<Record<string, readonly string[]>>;
  readonly hasPassword?: boolean;
  readonly csn?: string;
  readonly createTimestamp?: string;
  readonly modifiersName?: string;
}

/** Turns an entry into its JSON form. */
export function storeEntry(entry: Entry): StoredEntry {
  const { attributes, binary, ...rest } = entry;
  return {
    ...rest,
    attributes: Object.fromEntries(attributes),
    ...(binary && { binary: Object.fromEntries(binary) }),
  };
}

/** The inverse of {@link storeEntry}. */
export function restoreEntry(stored: StoredEntry): Entry {
  const { attributes, binary, ...rest } = stored;
  return {
    ...rest,
    attributes: new Map(Object.entries(attributes)),
    ...(binary && { binary: new Map(Object.entries(binary)) }),
  };
}
