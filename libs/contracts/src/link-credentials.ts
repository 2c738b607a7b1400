// SPDX-License-Identifier: Apache-2.0
// How a node's DN and password travel in the handshake of the agent link: HTTP Basic (RFC 7617) whose user-id is the DN,
// percent-encoded because a user-id may not hold a colon and a DN may.

/** A node's DN and password. */
export interface LinkCredentials {
  readonly dn: string;
  readonly password: string;
}

/** Value of the `Authorization` header for a first connection. */
export function encodeLinkCredentials(credentials: LinkCredentials): string {
  const pair = `${encodeURIComponent(credentials.dn)}:${credentials.password}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

/** The credentials in an `Authorization` header; undefined when it is not a well-formed Basic header. */
export function decodeLinkCredentials(header: string): LinkCredentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) return undefined;
  try {
    return { dn: decodeURIComponent(pair.slice(0, colon)), password: pair.slice(colon + 1) };
  } catch {
    return undefined;
  }
}
