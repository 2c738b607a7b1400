// SPDX-License-Identifier: Apache-2.0
// When the trust in a server ends by itself.
import { X509Certificate } from 'node:crypto';

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** When the first of the certificates in PEM text expires (ms since 1970); undefined when there is none to read. */
export function firstExpiry(pem: string): number | undefined {
  const ends = (pem.match(PEM) ?? []).flatMap((text) => {
    try {
      return [Date.parse(new X509Certificate(text).validTo)];
    } catch {
      return [];
    }
  });
  return ends.length === 0 ? undefined : Math.min(...ends);
}
