// SPDX-License-Identifier: Apache-2.0
// The cookie we hand out wraps the server's: an answer to a damaged cookie, or to one of another search or server, can
// look like a complete refresh that deletes nothing (seen with slapd 2.5), so we must be able to tell ourselves.
import { createHash } from 'node:crypto';

const VERSION = '1';

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** What a cookie belongs to: the same server asked the same question. */
export interface CookieScope {
  readonly url: string;
  readonly base: string;
  readonly filter: unknown;
  readonly attributes: readonly string[];
}

function scopeSum({ url, base, filter, attributes }: CookieScope): string {
  return checksum(JSON.stringify([url, base, filter, attributes]));
}

export function wrapCookie(cookie: Buffer, scope: CookieScope): string {
  const text = [VERSION, scopeSum(scope), cookie.toString('base64url')].join('.');
  return `${text}.${checksum(text)}`;
}

/** The server's cookie, undefined when it may not be trusted for this scope. */
export function unwrapCookie(wrapped: string | undefined, scope: CookieScope): Buffer | undefined {
  const [version, sum, body, check] = wrapped?.split('.') ?? [];
  if (version !== VERSION || sum !== scopeSum(scope) || body === undefined) return undefined;
  return check === checksum([version, sum, body].join('.')) ? Buffer.from(body, 'base64url') : undefined;
}
