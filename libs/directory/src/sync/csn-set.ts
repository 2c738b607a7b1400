// SPDX-License-Identifier: Apache-2.0
// What a provider has seen, as OpenLDAP's cookies say it: one change sequence number for each server that writes.

const CSN = /^\d{14}\.\d{6}Z#[0-9a-f]{6}#([0-9a-f]{3})#[0-9a-f]{6}$/;

/** Server id (three hex digits) -> its last change that was seen. CSNs of one server order as text. */
export type CsnSet = ReadonlyMap<string, string>;

/** Undefined for a cookie that is not of this kind: it is opaque then. */
export function parseCsnSet(cookie: Buffer): CsnSet | undefined {
  const fields = cookie.toString('latin1').split(',');
  const list = fields.find((field) => field.startsWith('csn='))?.slice('csn='.length);
  const csns = list?.split(';') ?? [];
  const set = new Map<string, string>();
  for (const csn of csns) if (!keepNewest(set, csn)) return undefined;
  return set.size > 0 ? set : undefined;
}

/** Adds a CSN unless a newer one of its server is there. False for what is no CSN. */
export function keepNewest(set: Map<string, string>, csn: string): boolean {
  const sid = CSN.exec(csn)?.[1];
  if (sid === undefined) return false;
  if (csn > (set.get(sid) ?? '')) set.set(sid, csn);
  return true;
}

/**
 * As a cookie. It names no server (`sid=`): slapd keeps the changes of a server from whoever names itself so.
 * Servers are in order of their ids, as slapd writes them.
 */
export function formatCsnSet(set: CsnSet): Buffer {
  const csns = [...set].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, csn]) => csn);
  return Buffer.from(`rid=000,csn=${csns.join(';')}`, 'latin1');
}

/**
 * The cookie after `news` came. While following, slapd names only the server that wrote, so what is known of the others
 * is kept. An opaque cookie replaces what was there.
 */
export function mergeCookies(known: Buffer | undefined, news: Buffer): Buffer {
  const added = parseCsnSet(news);
  if (added === undefined) return news;
  const merged = new Map(known && parseCsnSet(known));
  for (const csn of added.values()) keepNewest(merged, csn);
  return formatCsnSet(merged);
}

/** Servers of whose changes `seen` has fewer than `known`; empty when it has them all. */
export function behind(seen: CsnSet, known: CsnSet): string[] {
  return [...known].filter(([sid, csn]) => (seen.get(sid) ?? '') < csn).map(([sid]) => sid);
}
