// SPDX-License-Identifier: Apache-2.0
// The cookie we hand out wraps the server's: an answer to a damaged cookie, or to one of another search or server, can
// look like a complete refresh that deletes nothing (seen with slapd 2.5), so we must be able to tell ourselves.
import { createHash } from 'node:crypto';

const VERSION = '2';

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** What a cookie belongs to: the same question. */
export interface CookieScope {
  readonly base: string;
  readonly filter: unknown;
  readonly attributes: readonly string[];
}

/** A server's cookie taken out of its wrapping. */
export interface Unwrapped {
  readonly cookie: Buffer;
  /** Whether the server at this URL gave it. Only that one may be sent it. */
  isOf(url: string): boolean;
}

function scopeSum({ base, filter, attributes }: CookieScope): string {
  return checksum(JSON.stringify([base, filter, attributes]));
}

export function wrapCookie(cookie: Buffer, url: string, scope: CookieScope): string {
  const text = [VERSION, scopeSum(scope), checksum(url), cookie.toString('base64url')].join('.');
  return `${text}.${checksum(text)}`;
}

/** Undefined when the cookie may not be trusted for this scope. */
export function unwrapCookie(wrapped: string | undefined, scope: CookieScope): Unwrapped | undefined {
  const [version, sum, from, body, check] = wrapped?.split('.') ?? [];
  if (version !== VERSION || sum !== scopeSum(scope) || from === undefined || body === undefined) return undefined;
  if (check !== checksum([version, sum, from, body].join('.'))) return undefined;
  return { cookie: Buffer.from(body, 'base64url'), isOf: (url) => checksum(url) === from };
}
