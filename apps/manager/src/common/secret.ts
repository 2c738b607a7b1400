// SPDX-License-Identifier: Apache-2.0
// Bearer secrets: 256 random bits for whoever presents them, their SHA-256 for whoever checks.
import { createHash, randomBytes } from 'node:crypto';

/** A new secret in URL-safe text. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a secret: SHA-256 in hex. Enough for 256 random bits, which nobody can guess or table. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The secret in an `Authorization: Bearer` header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
}
