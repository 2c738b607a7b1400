// SPDX-License-Identifier: Apache-2.0
// When the certificates expire that the manager relies on.
import { readFileSync } from 'node:fs';
import type { CertificateView } from '@drvs/contracts';
import { firstExpiry } from '@drvs/directory';
import type { Settings } from '../config/settings.js';

function view(certificate: CertificateView['certificate'], pem: string): CertificateView[] {
  const end = firstExpiry(pem);
  return end === undefined ? [] : [{ certificate, expiresAt: new Date(end).toISOString() }];
}

/** A file that cannot be read is not this list's to complain about: what needs it says so. */
function readIfThere(file: string | undefined): string {
  if (file === undefined) return '';
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Of the listener and of the authorities: read anew each time, since files are replaced while the manager runs.
 *
 * @param managerCas those that the system entry gives to agents
 */
export function readCertificates(
  { tls, ldap }: Pick<Settings, 'tls' | 'ldap'>,
  managerCas: readonly string[],
): CertificateView[] {
  return [
    ...view('server', readIfThere(tls?.cert)),
    ...view('ldap_ca', readIfThere(ldap.caFile)),
    ...view('manager_ca', managerCas.join('\n')),
  ];
}
